/// The query parameters of a broker's URL.
///
/// Source: https://www.rabbitmq.com/docs/uri-query-parameters
package struct BrokerURLParameters: Sendable, Equatable {
  /// `heartbeat`, in seconds; 0 turns heartbeats off.
  package var heartbeat: Int?
  /// `connection_timeout`, in milliseconds.
  package var connectionTimeout: Int?
  /// `auth_mechanism=external`: the server takes the identity from the client's certificate.
  package var usesExternalAuthentication = false
  /// `cacertfile`, `certfile`, `keyfile` and `verify`.
  package var tls = TLSOptions()
  /// `server_name_indication`: the host name to request and to verify.
  package var serverName: String?

  package init() {}

  private static let tlsNames = ["cacertfile", "certfile", "keyfile", "verify", "server_name_indication"]
  private static let names = tlsNames + ["heartbeat", "connection_timeout", "auth_mechanism"]

  init(_ query: Substring, usesTLS: Bool) throws(BrokerURLError) {
    let pairs = try Self.pairs(of: query)
    let unknown = pairs.map(\.name).filter { !Self.names.contains($0) }
    guard unknown.isEmpty else { throw .unknownParameters(unknown) }
    let withoutTLS = pairs.map(\.name).filter { !usesTLS && Self.tlsNames.contains($0) }
    guard withoutTLS.isEmpty else { throw .tlsParametersWithoutTLS(withoutTLS) }
    for (name, value) in pairs { try set(name, value) }
    if (tls.certificateFile == nil) != (tls.keyFile == nil) {
      throw .malformedParameter(
        name: tls.keyFile == nil ? "keyfile" : "certfile", expected: "given: certfile and keyfile go together")
    }
  }

  private static func pairs(of query: Substring) throws(BrokerURLError) -> [(name: String, value: String)] {
    var pairs: [(name: String, value: String)] = []
    for part in query.split(separator: "&") {
      let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = PercentEncoding.decode(halves[0]),
        let value = PercentEncoding.decode(halves.count > 1 ? halves[1] : "")
      else { throw .malformedEncoding(part: "query") }
      pairs.append((name, value))
    }
    return pairs
  }

  private mutating func set(_ name: String, _ value: String) throws(BrokerURLError) {
    switch name {
    case "heartbeat":
      heartbeat = try Self.number(name, value, 0...Int(UInt16.max), "a number of seconds from 0 to 65535")
    case "connection_timeout":
      connectionTimeout = try Self.number(name, value, 1...86_400_000, "a number of milliseconds from 1 to 86400000")
    case "auth_mechanism": try setMechanism(value)
    case "verify": try setVerification(value)
    case "cacertfile": tls.authorityFile = try Self.path(name, value)
    case "certfile": tls.certificateFile = try Self.path(name, value)
    case "keyfile": tls.keyFile = try Self.path(name, value)
    default: serverName = value
    }
  }

  private mutating func setMechanism(_ value: String) throws(BrokerURLError) {
    switch value.lowercased() {
    case "plain": usesExternalAuthentication = false
    case "external": usesExternalAuthentication = true
    default: throw .malformedParameter(name: "auth_mechanism", expected: "plain or external")
    }
  }

  private mutating func setVerification(_ value: String) throws(BrokerURLError) {
    switch value {
    case "verify_peer", "verify_none":
      tls.verifiesPeer = value == "verify_peer"
      tls.verifiesHostName = tls.verifiesPeer
    default: throw .malformedParameter(name: "verify", expected: "verify_peer or verify_none")
    }
  }

  private static func number(_ name: String, _ value: String, _ range: ClosedRange<Int>, _ expected: String)
    throws(BrokerURLError) -> Int
  {
    guard let number = Int(value), range.contains(number) else {
      throw .malformedParameter(name: name, expected: expected)
    }
    return number
  }

  private static func path(_ name: String, _ value: String) throws(BrokerURLError) -> String {
    guard !value.isEmpty else { throw .malformedParameter(name: name, expected: "a path") }
    return value
  }
}
