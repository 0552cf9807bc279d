internal import CRabbitMQ

/// What a call of librabbitmq returned: 0 or an `amqp_status_enum`.
struct LibraryStatus: Equatable {
  let code: Int32

  init(_ code: Int32) { self.code = code }

  init(_ status: amqp_status_enum) { code = status.rawValue }

  static let ok = LibraryStatus(AMQP_STATUS_OK)

  var isOK: Bool { self == .ok }

  var text: String { String(cString: amqp_error_string2(code)) }

  private var connectionError: RabbitMQError {
    switch code {
    case AMQP_STATUS_BAD_AMQP_DATA.rawValue, AMQP_STATUS_UNKNOWN_CLASS.rawValue, AMQP_STATUS_UNKNOWN_METHOD.rawValue,
      AMQP_STATUS_WRONG_METHOD.rawValue, AMQP_STATUS_INCOMPATIBLE_AMQP_VERSION.rawValue,
      AMQP_STATUS_UNEXPECTED_STATE.rawValue:
      .protocolViolation("the peer does not speak AMQP 0-9-1 (\(text))")
    default: .connectionLost(reason: text)
    }
  }

  /// What it means while a connection is being made.
  func openingError(_ configuration: RabbitMQConfiguration) -> RabbitMQError {
    let endpoint = configuration.endpoint
    switch code {
    case AMQP_STATUS_TIMEOUT.rawValue:
      return .timedOut(operation: "connecting to \(endpoint)", limit: configuration.connectTimeout)
    case AMQP_STATUS_HOSTNAME_RESOLUTION_FAILED.rawValue:
      return .unreachable(endpoint: endpoint, reason: "the name has no address")
    case AMQP_STATUS_SSL_PEER_VERIFY_FAILED.rawValue:
      return .tlsRefused(endpoint: endpoint, reason: "the certificate is not issued by a trusted authority")
    case AMQP_STATUS_SSL_ERROR.rawValue, AMQP_STATUS_SSL_CONNECTION_FAILED.rawValue,
      AMQP_STATUS_SSL_SET_ENGINE_FAILED.rawValue:
      return .tlsRefused(endpoint: endpoint, reason: text)
    case AMQP_STATUS_BROKER_UNSUPPORTED_SASL_METHOD.rawValue:
      return .loginRefused(code: .accessRefused, text: "the broker does not offer this authentication mechanism")
    default: return connectionError
    }
  }
}
