/// Why a text is not a valid broker URL.
///
/// No case carries text from where a password could be, not even from the host or the port: a password with a raw `/`
/// or `@` in it shifts everything after it.
package enum BrokerURLError: Error, Sendable, Equatable, CustomStringConvertible {
  /// It starts neither with `amqp://` nor with `amqps://`.
  case unknownScheme
  /// User or password contain characters that have to be percent-encoded.
  case unencodedCredentials
  /// A `%` not followed by two hexadecimal digits, or encoded bytes that are not UTF-8 or contain NUL.
  case malformedEncoding(part: String)
  /// The host is not a name, an IPv4 address or an IPv6 address in brackets.
  case malformedHost
  /// The port is not a number from 1 to 65535.
  case malformedPort
  /// The virtual host contains a `/` that is not percent-encoded, or is longer than 255 bytes.
  case malformedVirtualHost
  /// Unknown query keys.
  case unknownParameters([String])
  /// A known query key with an invalid value.
  case malformedParameter(name: String, expected: String)
  /// TLS query keys in a URL that does not begin with `amqps://`.
  case tlsParametersWithoutTLS([String])

  package var description: String {
    switch self {
    case .unknownScheme: "the broker's URL must begin with amqp:// or amqps://"
    case .unencodedCredentials:
      "characters such as / ? # @ in the user or password must be percent-encoded (/ is %2F, @ is %40)"
    case .malformedEncoding(let part): "the \(part) in the broker's URL is not properly percent-encoded UTF-8"
    case .malformedHost: "the host in the broker's URL is neither a name nor an address (IPv6 needs brackets)"
    case .malformedPort: "the port in the broker's URL is not a number from 1 to 65535"
    case .malformedVirtualHost:
      "the virtual host in the broker's URL has more than 255 bytes or an unencoded / (write %2F)"
    case .unknownParameters(let names): "unknown parameters in the broker's URL: \(names.joined(separator: ", "))"
    case .malformedParameter(let name, let expected): "parameter \(name) in the broker's URL must be \(expected)"
    case .tlsParametersWithoutTLS(let names): "\(names.joined(separator: ", ")) in the broker's URL need amqps://"
    }
  }
}
