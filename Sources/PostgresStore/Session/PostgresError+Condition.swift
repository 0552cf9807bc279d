package import PostgresClient
package import WorkerRuntime

extension PostgresError: ConditionalError {
  package var condition: Condition { .database }
}

extension MigrationError: ConditionalError {
  package var condition: Condition {
    if case .postgres = self { .database } else { .migrations }
  }
}
