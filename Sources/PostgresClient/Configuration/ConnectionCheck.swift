import CLibPQ

extension PostgresConfiguration {
  /// Has libpq check the connection string, as it does before connecting: for an invalid port, an invalid value of a
  /// keyword, an undefined service. Connects to nothing, and does not wait.
  ///
  /// - Throws: ``PostgresError/configuration(reason:)``.
  package func validate() throws(PostgresError) {
    let given = try ConnectionString(url)
    for keyword in Self.numbers {
      if let text = given[keyword], Int32(text) == nil {
        throw .configuration(reason: "\(keyword) is not a whole number")
      }
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
    // The message quotes values; text before a misplaced @ is part of the password.
    throw .configuration(
      reason: problem.contains("@") ? "a value in the connection string can't be used" : String(problem))
  }

  /// Keywords that take a number, which libpq parses only once it is connected.
  private static let numbers = [
    "connect_timeout", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
  ]

  /// Whether a line of libpq's message is about the failed connection: the expected result, as there is no server.
  private static func isOfConnecting(_ line: Substring) -> Bool {
    line.hasPrefix("connection to server") || line.first?.isWhitespace == true
  }
}

extension ConnectionOptions {
  /// The same options, with a socket folder that does not exist in place of each host.
  fileprivate var withoutServer: ConnectionOptions {
    var values = values
    let hosts = values["host"] ?? values["hostaddr"] ?? ""
    let count = hosts.split(separator: ",", omittingEmptySubsequences: false).count
    values["hostaddr"] = nil
    values["host"] = Array(repeating: "/nonexistent/workspace-worker", count: count).joined(separator: ",")
    return ConnectionOptions(values: values)
  }
}
