/// A statement of this program, prepared on a connection when it is first used there.
package struct PostgresStatement: Sendable {
  /// Unique among the statements of a connection.
  package let name: String
  package let sql: String
  package let parameters: [PostgresType]

  package init(name: String, parameters: [PostgresType] = [], sql: String) {
    self.name = name
    self.sql = sql
    self.parameters = parameters
  }
}

/// A statement with its parameters.
package struct PostgresRequest: Sendable {
  package let statement: PostgresStatement
  package let parameters: PostgresParameters

  package init(_ statement: PostgresStatement, _ parameters: PostgresParameters = PostgresParameters()) {
    self.statement = statement
    self.parameters = parameters
  }

  /// Checked before anything is sent: a mistake here is a bug, but none that should cost the process its life.
  func validate() throws(PostgresError) {
    guard parameters.types == statement.parameters else {
      throw .protocolViolation(reason: "the parameters of \(statement.name) are not of its types")
    }
    guard parameters.byteCount <= PostgresParameters.maximumBytes else {
      throw .protocolViolation(reason: "the parameters of \(statement.name) are larger than 1 GiB")
    }
  }
}
