import CLibPQ
import Glibc

extension PostgresConfiguration {
  /// Has libpq check the connection string, as it does before connecting: for an invalid port, an invalid value of a
  /// keyword, an undefined service. Also refuses files for TLS if libpq may connect without TLS. Connects to nothing,
  /// and does not wait.
  ///
  /// - Throws: ``PostgresError/configuration(reason:)``.
  package func validate() throws(PostgresError) {
    let given = try ConnectionString(url)
    for keyword in Self.numbers {
      if let text = given[keyword], Int32(text) == nil {
        throw .configuration(reason: "\(keyword) is not a whole number")
      }
    }
    try Self.refuseUnusedTLS(given)
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

  /// Keywords with which only an encrypted connection does anything.
  private static let tlsFiles = ["sslrootcert", "sslcert", "sslkey", "sslcrl", "sslcrldir"]

  /// In these modes libpq connects without TLS, always or if TLS fails, and doesn't say so (libpq manual, "SSL Mode
  /// Descriptions").
  private static let modesWithoutTLS: Set = ["disable", "allow", "prefer"]

  private static func refuseUnusedTLS(_ given: ConnectionString) throws(PostgresError) {
    let files = tlsFiles.filter { given[$0]?.isEmpty == false }
    guard !files.isEmpty, let mode = tlsMode(given), modesWithoutTLS.contains(mode) else { return }
    throw .configuration(
      reason: "\(files.joined(separator: ", ")) can't be used with sslmode=\(mode), with which the connection may be "
        + "unencrypted: set sslmode=verify-full")
  }

  /// The mode that libpq uses; nil if a service may define it. An empty value is none (libpq's `conninfo_array_parse`,
  /// `conninfo_add_defaults`). With `sslrootcert=system`, which libpq knows since version 16, the default is
  /// `verify-full`.
  private static func tlsMode(_ given: ConnectionString) -> String? {
    func value(_ keyword: String, _ variable: String) -> String? {
      if let value = given[keyword], !value.isEmpty { return value }
      return getenv(variable).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
    if let mode = given["sslmode"], !mode.isEmpty { return mode }
    guard value("service", "PGSERVICE") == nil else { return nil }
    if let mode = value("sslmode", "PGSSLMODE") { return mode }
    if let required = getenv("PGREQUIRESSL"), required.pointee == UInt8(ascii: "1") { return "require" }
    return value("sslrootcert", "PGSSLROOTCERT") == "system" && libraryVersion >= 16 ? "verify-full" : "prefer"
  }

  /// The major version of libpq.
  package static var libraryVersion: Int { Int(PQlibVersion()) / 10_000 }

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
