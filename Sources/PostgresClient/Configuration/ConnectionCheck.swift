import CLibPQ

extension PostgresConfiguration {
  /// Has libpq look at the connection string, as it does before it connects: a port that is none, a value that a keyword
  /// can't have, a service that is not defined. Connects to nobody, and does not wait.
  ///
  /// - Throws: ``PostgresError/configuration(reason:)``.
  package func validate() throws(PostgresError) {
    let given = try ConnectionString(url)
    for keyword in Self.numbers {
      if let text = given[keyword], Int32(text) == nil { throw .configuration(reason: "\(keyword) is not a whole number") }
    }
    var bare = self
    bare.password = nil
    let options = try ConnectionOptions(bare).withoutServer
    guard let connection = options.withCArrays({ PQconnectStartParams($0, $1, 0) }) else {
      throw .connectFailed(ConnectionFailure(reason: "libpq is out of memory"))
    }
    defer { PQfinish(connection) }
    let lines = String(cString: PQerrorMessage(connection)).split(whereSeparator: \.isNewline)
    guard let problem = lines.first(where: { !Self.isOfConnecting($0) }) else { return }
    // It quotes values; what stands before an @ in the wrong place is a part of the password.
    throw .configuration(reason: problem.contains("@") ? "a value of the connection string can't be used" : String(problem))
  }

  /// libpq reads these only once it is connected.
  private static let numbers = [
    "connect_timeout", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
  ]

  /// That nobody is there is what such a try comes to.
  private static func isOfConnecting(_ line: Substring) -> Bool {
    line.hasPrefix("connection to server") || line.first?.isWhitespace == true
  }
}

extension ConnectionOptions {
  /// The same, with sockets that can't be there in the place of each host.
  fileprivate var withoutServer: ConnectionOptions {
    var values = values
    let hosts = values["host"] ?? values["hostaddr"] ?? ""
    let count = hosts.split(separator: ",", omittingEmptySubsequences: false).count
    values["hostaddr"] = nil
    values["host"] = Array(repeating: "/nonexistent/workspace-worker", count: count).joined(separator: ",")
    return ConnectionOptions(values: values)
  }
}
