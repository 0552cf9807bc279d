/// A statement to run, and the name under which a connection keeps it prepared from the first time on.
package struct PostgresRequest: Sendable {
  /// Unique among the statements of a program: two texts under one name are refused. The server truncates names of more
  /// than 63 bytes.
  package let name: String
  package let query: PostgresQuery

  package init(_ name: String, _ query: PostgresQuery) {
    self.name = name
    self.query = query
  }

  /// Checked before anything is sent: oversized parameters are a bug, but not one that should end the process.
  func validate() throws(PostgresError) {
    guard query.parameters.byteCount <= PostgresParameters.maximumBytes else {
      throw .protocolViolation(reason: "the parameters of \(name) are larger than 1 GiB")
    }
  }
}
