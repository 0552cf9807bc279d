/// A statement to run, and the name under which a connection keeps it prepared from the first time on.
package struct PostgresRequest: Sendable {
  /// Unique among the statements of a program: two texts of one name are refused. Names of more than 63 bytes are cut
  /// off by the server.
  package let name: String
  package let query: PostgresQuery

  package init(_ name: String, _ query: PostgresQuery) {
    self.name = name
    self.query = query
  }

  /// Checked before anything is sent: a mistake here is a bug, but none that should cost the process its life.
  func validate() throws(PostgresError) {
    guard query.parameters.byteCount <= PostgresParameters.maximumBytes else {
      throw .protocolViolation(reason: "the parameters of \(name) are larger than 1 GiB")
    }
  }
}
