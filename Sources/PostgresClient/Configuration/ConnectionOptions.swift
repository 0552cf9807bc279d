import Secrets

/// The keywords and values that PQconnectStartParams gets (libpq manual, "Parameter Key Words").
struct ConnectionOptions: Sendable {
  let values: [String: String]

  init(values: [String: String]) { self.values = values }

  /// The same, for the one address among them that a connection was made to.
  func pinned(host: String, port: String) -> ConnectionOptions {
    var values = values
    values["host"] = host
    values["port"] = port
    // Several of them would have to be as many as the hosts.
    values["hostaddr"] = nil
    return ConnectionOptions(values: values)
  }

  /// In the order in which libpq tries them; at least one.
  var hosts: [PostgresHost] {
    let (names, addresses, ports) = (list("host"), list("hostaddr"), list("port"))
    return (0..<max(1, names.count, addresses.count)).map { index in
      let name = names.element(index) ?? ""
      // One port is for all hosts.
      let port = (ports.count == 1 ? ports[0] : ports.element(index)) ?? ""
      return PostgresHost(
        name: name.isEmpty ? addresses.element(index) ?? "" : name, port: port.isEmpty ? Self.defaultPort : port)
    }
  }

  /// The same for the other hosts; nil if there are none.
  func without(_ host: PostgresHost) -> ConnectionOptions? {
    let hosts = hosts
    guard hosts.count > 1, let index = hosts.firstIndex(of: host) else { return nil }
    var values = values
    for keyword in ["host", "hostaddr", "port"] {
      var rest = list(keyword)
      guard rest.count == hosts.count else { continue }
      rest.remove(at: index)
      values[keyword] = rest.joined(separator: ",")
    }
    return ConnectionOptions(values: values)
  }

  private func list(_ keyword: String) -> [String] {
    values[keyword].map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) } ?? []
  }

  /// libpq's, too.
  private static let defaultPort = "5432"

  init(_ configuration: PostgresConfiguration) throws(PostgresError) {
    let given = try ConnectionString(configuration.url)
    let hosts = ConnectionOptions(values: given.values).hosts.count
    var values = Self.defaults(configuration, hosts: hosts).merging(given.values) { _, given in given }
    if configuration.requiresWriting { values["target_session_attrs"] = given["target_session_attrs"] ?? "read-write" }
    if configuration.prefersStandby {
      values["target_session_attrs"] = given["target_session_attrs"] ?? "prefer-standby"
    }
    do throws(UnreadableSecret) {
      if let password = try configuration.password?.reveal() { values["password"] = password }
    } catch {
      throw .configuration(reason: error.description)
    }
    // Settings are no part of it: a pooler refuses them here, or drops them without a word. A session gets them once it
    // is connected.
    // Not for the connection string to choose: parameters and rows are UTF-8 here.
    values["client_encoding"] = "UTF8"
    self.values = values
  }

  /// A peer that went away without a word is noticed after 10 to 25 s, whether data is on its way to it
  /// (`tcp_user_timeout`, milliseconds) or not (`keepalives_*`).
  ///
  /// `tcp_user_timeout` also bounds the wait for an unreachable host of a list, for which PQconnectPoll has no limit
  /// (`connect_timeout` is for the blocking calls only): each gets an equal part of the connect timeout.
  private static func defaults(_ configuration: PostgresConfiguration, hosts: Int) -> [String: String] {
    [
      "fallback_application_name": configuration.applicationName,
      "keepalives": "1", "keepalives_idle": "10", "keepalives_interval": "5", "keepalives_count": "3",
      "tcp_user_timeout": "\(min(10_000, configuration.connectTimeout.wholeMilliseconds / Int32(hosts)))",
    ]
  }

  /// Lends keywords and values as the two null-terminated arrays of C strings that libpq takes.
  func withCArrays<Result>(
    _ body: (_ keywords: [UnsafePointer<CChar>?], _ values: [UnsafePointer<CChar>?]) -> Result
  ) -> Result {
    var arena: [CChar] = []
    var offsets: [Int] = []
    for text in values.flatMap({ [$0.key, $0.value] }) {
      offsets.append(arena.count)
      arena.append(contentsOf: text.utf8CString)
    }
    return arena.withUnsafeBufferPointer { arena in
      let pointers = offsets.map { arena.baseAddress?.advanced(by: $0) }
      let keywords = stride(from: 0, to: pointers.count, by: 2).map { pointers[$0] }
      let values = stride(from: 1, to: pointers.count, by: 2).map { pointers[$0] }
      return body(keywords + [nil], values + [nil])
    }
  }
}

/// One of the servers that a connection string names.
struct PostgresHost: Sendable, Equatable {
  /// As it was given; an address where there is no name; empty for the default.
  let name: String
  let port: String
}

extension [String] {
  fileprivate func element(_ index: Int) -> String? { indices.contains(index) ? self[index] : nil }
}
