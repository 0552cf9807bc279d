import Secrets

/// The keywords and values for PQconnectStartParams (libpq manual, "Parameter Key Words").
struct ConnectionOptions: Sendable {
  let values: [String: String]

  init(values: [String: String]) { self.values = values }

  /// The same options, for only the address that a connection was made to.
  func pinned(host: String, port: String) -> ConnectionOptions {
    var values = values
    values["host"] = host
    values["port"] = port
    // A list of addresses would have to be as long as the list of hosts.
    values["hostaddr"] = nil
    return ConnectionOptions(values: values)
  }

  /// The number of hosts that libpq tries, as far as they are named here; at least 1.
  var hostCount: Int { max(1, list("host").count, list("hostaddr").count) }

  /// The same options for the other hosts; nil if this is the only one, or hosts are named elsewhere, such as in a
  /// service file.
  func without(_ place: ServerPlace) -> ConnectionOptions? {
    let count = hostCount
    guard count > 1, let index = (0..<count).first(where: { leads($0, to: place) }) else { return nil }
    var values = values
    for keyword in ["host", "hostaddr", "port"] {
      var rest = list(keyword)
      guard rest.count == count else { continue }
      rest.remove(at: index)
      values[keyword] = rest.joined(separator: ",")
    }
    return ConnectionOptions(values: values)
  }

  /// Whether the host at `index` is the one at `place`. Hosts with the same name are told apart by their addresses.
  private func leads(_ index: Int, to place: ServerPlace) -> Bool {
    let (name, address) = (list("host").element(index) ?? "", list("hostaddr").element(index) ?? "")
    let ports = list("port")
    // A single port applies to all hosts.
    let port = (ports.count == 1 ? ports[0] : ports.element(index)) ?? ""
    return (address.isEmpty ? name == place.host : address == place.address) && (port.isEmpty || port == place.port)
  }

  private func list(_ keyword: String) -> [String] {
    values[keyword].map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) } ?? []
  }

  init(_ configuration: PostgresConfiguration) throws(PostgresError) {
    let given = try ConnectionString(configuration.url)
    var values = Self.defaults(configuration).merging(given.values) { _, given in given }
    if configuration.requiresWriting { values["target_session_attrs"] = given["target_session_attrs"] ?? "read-write" }
    if configuration.prefersStandby {
      values["target_session_attrs"] = given["target_session_attrs"] ?? "prefer-standby"
    }
    do throws(UnreadableSecret) {
      if let password = try configuration.password?.reveal() { values["password"] = password }
    } catch {
      throw .configuration(reason: error.description)
    }
    // Settings are not passed here: a pooler refuses them, or silently drops them. A session gets them once it is
    // connected.
    // The connection string can't choose this: parameters and rows are UTF-8.
    values["client_encoding"] = "UTF8"
    self.values = values
  }

  /// The values of keywords that the connection string leaves out. A peer that vanished silently is noticed after 10 to
  /// 25 s, whether data is on its way to it (``ServerSession/peerPatience``) or not (`keepalives_*`).
  private static func defaults(_ configuration: PostgresConfiguration) -> [String: String] {
    [
      "fallback_application_name": configuration.applicationName,
      "keepalives": "1", "keepalives_idle": "10", "keepalives_interval": "5", "keepalives_count": "3",
    ]
  }

  /// Whether the connection string says how long sent data may stay unacknowledged.
  var limitsPeer: Bool { values["tcp_user_timeout"] != nil }

  /// The same options with a limit for an unreachable address, since PQconnectPoll has none (`connect_timeout` applies
  /// only to the blocking calls). With several hosts, the share of each allows for two addresses.
  func limited(share: Duration) -> ConnectionOptions {
    guard !limitsPeer else { return self }
    var values = values
    let limit = min(ServerSession.peerPatience, hostCount > 1 ? share / 2 : share)
    values["tcp_user_timeout"] = "\(limit.wholeMilliseconds)"
    return ConnectionOptions(values: values)
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

extension [String] {
  fileprivate func element(_ index: Int) -> String? { indices.contains(index) ? self[index] : nil }
}
