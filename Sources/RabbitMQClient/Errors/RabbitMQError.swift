/// What can go wrong between this process and the broker. Texts carry no password and no payload.
package enum RabbitMQError: Error, Sendable, Equatable {
  /// No TCP connection to the endpoint could be made.
  case unreachable(endpoint: String, reason: String)
  /// This process has no descriptor or thread left for a connection.
  case exhausted(reason: String)
  /// TLS negotiation failed, or the server's certificate was not accepted.
  case tlsRefused(endpoint: String, reason: String)
  /// The password can't be read.
  case unreadableSecret(reason: String)
  /// The broker refused user, password or certificate, or the virtual host.
  case loginRefused(code: ReplyCode, text: String)
  /// The peer isn't an AMQP 0-9-1 broker, or violates the protocol: the text says which, and where.
  case protocolViolation(String)
  /// No answer within the time allowed.
  case timedOut(operation: String, limit: Duration)
  /// The broker closed the connection.
  case connectionClosed(code: ReplyCode, text: String)
  /// The connection broke without notice.
  case connectionLost(reason: String)
  /// The broker closed the channel.
  case channelClosed(code: ReplyCode, text: String)
  /// The broker ended the consumer: the queue was deleted, or its leader went away.
  case consumerCancelled(queue: String)
  /// More deliveries had arrived than may be kept, and they were not taken for so long that the rest had to be dropped.
  /// Deliveries handed out are acknowledged; the rest returns to its place in the queue, and is redelivered on a new
  /// connection.
  case overflowed(queue: String)
  /// The broker refused to take responsibility for a message, for example because a queue is full.
  case messageRefused
  /// Mandatory messages reached no queue. All others of the batch are confirmed.
  case unroutable([ReturnedMessage])
  /// The message can't be put into frames of this connection.
  case unpublishable(reason: String)
  /// This side closed the connection.
  case closed
}

extension RabbitMQError {
  /// Whether the same call may succeed on a new connection without any repair: the broker was unavailable, restarted or
  /// is full. False: an operator has to change a configuration, a permission or an object of the broker.
  package var isTransient: Bool {
    switch self {
    case .unreachable, .exhausted, .timedOut, .connectionLost, .consumerCancelled, .overflowed, .messageRefused: true
    case .connectionClosed(let code, _):
      // CONNECTION_FORCED is a shutdown, or an operator who closed it; INTERNAL_ERROR a malfunctioning broker.
      code == .connectionForced || code == .internalError || code == .resourceError
    case .channelClosed(.notFound, _): !meansMissing
    case .channelClosed(let code, _): code == .internalError || code == .resourceError || code == .resourceLocked
    case .loginRefused, .unreadableSecret, .tlsRefused, .protocolViolation, .unroutable, .unpublishable, .closed: false
    }
  }

  /// Whether the queue or exchange does not exist. NOT_FOUND is also returned for a queue on nodes that are down.
  var meansMissing: Bool {
    guard case .channelClosed(.notFound, let text) = self else { return false }
    return text.contains("no queue '") || text.contains("no exchange '")
  }

  /// Whether the connection had already ended when this was noticed.
  var endsConnection: Bool {
    switch self {
    case .connectionClosed, .connectionLost, .closed: true
    default: false
    }
  }
}

extension RabbitMQError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unreachable(let endpoint, let reason): "no broker at \(endpoint): \(reason)"
    case .exhausted(let reason): "can't connect to the broker: \(reason)"
    case .tlsRefused(let endpoint, let reason): "no TLS with \(endpoint): \(reason)"
    case .unreadableSecret(let reason): reason
    case .loginRefused(let code, let text): "the broker refused the login: \(code), \(text)"
    case .protocolViolation(let text): "the broker violated the protocol: \(text)"
    case .timedOut(let operation, let limit): "\(operation) did not finish within \(limit)"
    case .connectionClosed(let code, let text): "the broker closed the connection: \(code), \(text)"
    case .connectionLost(let reason): "the connection to the broker was lost: \(reason)"
    case .channelClosed(let code, let text): "the broker closed the channel: \(code), \(text)"
    case .consumerCancelled(let queue): "the broker cancelled the consumer of queue \(queue): was the queue deleted?"
    case .overflowed(let queue): "deliveries from queue \(queue) were not taken in time; the rest were returned to it"
    case .messageRefused: "the broker refused a message (basic.nack)"
    case .unroutable(let messages): "no queue for \(messages.map(\.description).joined(separator: ", "))"
    case .unpublishable(let reason): "a message can't be published: \(reason)"
    case .closed: "the connection was closed by this side"
    }
  }
}
