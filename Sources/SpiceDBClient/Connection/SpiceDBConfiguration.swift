package import Secrets

/// Where SpiceDB is, and how long to wait for it.
package struct SpiceDBConfiguration: Sendable {
  package enum Security: Sendable, Equatable {
    /// - Parameter caFile: a PEM file with the only certificate authorities to trust; nil for those of the system.
    case tls(caFile: String?)
    /// Nothing is encrypted, not even the key.
    case plaintext
  }

  package let endpoint: SpiceDBEndpoint
  package let security: Security
  /// The preshared key (SpiceDB's `--grpc-preshared-key`). Reread for each attempt.
  package let token: Secret
  /// How long each attempt may take; sent to SpiceDB as the deadline, after which it gives up, too.
  package let timeout: Duration
  /// How long SpiceDB may be silent before it is pinged; if it does not answer within ``timeout``, the connection is
  /// closed.
  package let keepalive: Duration
  /// How long calls may fail without any answer, before connections are given up and made anew, with a new name lookup.
  /// If that does not help, the same happens after twice that time, and then each time after four times as long.
  package let patience: Duration
  package let retries: SpiceDBRetries

  package init(
    endpoint: SpiceDBEndpoint, security: Security, token: Secret, timeout: Duration = .seconds(5),
    keepalive: Duration = .seconds(15), patience: Duration = .seconds(15), retries: SpiceDBRetries = .standard
  ) {
    self.endpoint = endpoint
    self.security = security
    self.token = token
    self.timeout = timeout
    self.keepalive = keepalive
    self.patience = patience
    self.retries = retries
  }
}

/// `HOST:PORT`, where the host is a name, an IPv4 address, or an IPv6 address in brackets.
package struct SpiceDBEndpoint: Sendable, Equatable, CustomStringConvertible {
  package struct Invalid: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String
  }

  package enum Host: Sendable, Equatable {
    case name(String)
    case ipv4(String)
    case ipv6(String)
  }

  package let host: Host
  package let port: Int

  /// - Parameter text: such as `spicedb.example:50051` or `[::1]:50051`.
  package init(_ text: String) throws(Invalid) {
    guard let colon = text.lastIndex(of: ":") else { throw Invalid(description: "no port: HOST:PORT is needed") }
    let digits = text[text.index(after: colon)...]
    guard digits.allSatisfy({ ("0"..."9").contains($0) }), let port = Int(digits), (1...65535).contains(port) else {
      throw Invalid(description: "'\(digits)' is not a port")
    }
    host = try Self.host(text[..<colon])
    self.port = port
  }

  private static func host(_ text: Substring) throws(Invalid) -> Host {
    if text.hasPrefix("["), text.hasSuffix("]") {
      let address = text.dropFirst().dropLast()
      guard address.contains(":"), address.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else {
        throw Invalid(description: "'\(address)' is not an IPv6 address")
      }
      return .ipv6(String(address))
    }
    guard !text.contains(":") else {
      throw Invalid(description: "an IPv6 address needs brackets, and a scheme is not allowed: HOST:PORT")
    }
    guard !text.isEmpty, text.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) }) else {
      throw Invalid(description: "'\(text)' is not a host")
    }
    let octets = text.split(separator: ".", omittingEmptySubsequences: false)
    return octets.count == 4 && octets.allSatisfy { UInt8($0) != nil } ? .ipv4(String(text)) : .name(String(text))
  }

  package var description: String {
    switch host {
    case .name(let name): "\(name):\(port)"
    case .ipv4(let address): "\(address):\(port)"
    case .ipv6(let address): "[\(address)]:\(port)"
    }
  }
}
