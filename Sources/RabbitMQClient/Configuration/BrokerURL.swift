package import Secrets

/// The URL of a broker, taken apart.
///
/// Source: https://www.rabbitmq.com/docs/uri-spec and https://www.rabbitmq.com/docs/uri-query-parameters. One
/// deliberate difference: by the specification `amqp://host/` means the virtual host with the empty name, which is not
/// used in practice; here it means the default virtual host `/`, just like `amqp://host` and `amqp://host/%2f`.
package struct BrokerURL: Sendable, Equatable {
  package var usesTLS = false
  /// Default: guest.
  package var user = "guest"
  /// Default: guest.
  package var password = Secret("guest")
  /// A name or an address; IPv6 without brackets. Default: localhost.
  package var host = "localhost"
  /// Default: 5672, with TLS 5671.
  package var port = 5672
  /// Default: `/`.
  package var virtualHost = "/"
  package var parameters = BrokerURLParameters()

  /// - Throws: what is wrong, without any part of the password.
  package init(_ text: String) throws(BrokerURLError) {
    var rest = try takeScheme(text)
    // An @ after the authority means that one of these characters is part of the user or the password, unencoded.
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    rest = rest.dropFirst(authority.count)
    guard !rest.contains("@"), !rest.contains("#") else { throw .unencodedCredentials }
    try readAuthority(authority)
    let path = rest.prefix { $0 != "?" }
    try readVirtualHost(path.dropFirst())
    parameters = try BrokerURLParameters(rest.dropFirst(path.count + 1), usesTLS: usesTLS)
  }

  private mutating func takeScheme(_ text: String) throws(BrokerURLError) -> Substring {
    guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://") else { throw .unknownScheme }
    switch text[..<colon].lowercased() {
    case "amqp": break
    case "amqps":
      usesTLS = true
      port = 5671
    default: throw .unknownScheme
    }
    return text[colon...].dropFirst(3)
  }

  private mutating func readAuthority(_ authority: Substring) throws(BrokerURLError) {
    guard let at = authority.lastIndex(of: "@") else { return try readEndpoint(authority) }
    let credentials = authority[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    user = try decode(credentials[0], "user")
    password = Secret(credentials.count > 1 ? try decode(credentials[1], "password") : "")
    try readEndpoint(authority[authority.index(after: at)...])
  }

  private mutating func readEndpoint(_ endpoint: Substring) throws(BrokerURLError) {
    var host = endpoint.prefix { $0 != ":" }
    if endpoint.first == "[" {
      guard let bracket = endpoint.firstIndex(of: "]") else { throw .malformedHost }
      host = endpoint[...bracket]
    }
    let rest = endpoint.dropFirst(host.count)
    if host.first == "[" { host = host.dropFirst().dropLast() }
    if !host.isEmpty { self.host = try decode(host, "host") }
    if endpoint.first == "[" {
      guard self.host.contains(":"), self.host.allSatisfy({ $0.isASCII }) else { throw .malformedHost }
    }
    guard !rest.isEmpty else { return }
    guard rest.first == ":" else { throw .malformedHost }
    guard rest.count > 1 else { return }  // RFC 3986 allows a colon without a port.
    guard rest.dropFirst().allSatisfy(\.isNumber), let port = Int(rest.dropFirst()), (1...65535).contains(port) else {
      throw .malformedPort
    }
    self.port = port
  }

  private mutating func readVirtualHost(_ path: Substring) throws(BrokerURLError) {
    guard !path.isEmpty else { return }
    guard !path.contains("/") else { throw .malformedVirtualHost }
    virtualHost = try decode(path, "virtual host")
    guard virtualHost.utf8.count <= 255 else { throw .malformedVirtualHost }
  }

  private func decode(_ text: Substring, _ part: String) throws(BrokerURLError) -> String {
    guard let decoded = PercentEncoding.decode(text) else { throw .malformedEncoding(part: part) }
    return decoded
  }
}

extension BrokerURL: CustomStringConvertible {
  /// The URL with the password masked and without parameters.
  package var description: String {
    let host = host.contains(":") ? "[\(host)]" : host
    return
      "\(usesTLS ? "amqps" : "amqp")://\(PercentEncoding.encode(user)):***@\(host):\(port)/\(PercentEncoding.encode(virtualHost))"
  }
}
