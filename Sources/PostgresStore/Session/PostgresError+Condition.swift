package import PostgresClient
package import WorkerRuntime

extension PostgresError: ConditionalError {
  package var condition: Condition { .database }

  /// No host accepted a connection, or the server is still starting.
  package var meansUnreachable: Bool {
    guard case .connectFailed(let failure) = self else { return false }
    return failure.isUnreached || failure.sqlState == .cannotConnectNow
  }
}

extension MigrationError: ConditionalError {
  package var condition: Condition {
    if case .postgres = self { .database } else { .migrations }
  }
}
