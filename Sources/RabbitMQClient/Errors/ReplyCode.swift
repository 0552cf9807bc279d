/// Why a broker closed a channel or a connection, or returned a message.
///
/// Source: AMQP 0-9-1 specification, section 1.2, and https://www.rabbitmq.com/docs/channels#error-handling.
package struct ReplyCode: Sendable, Hashable, RawRepresentable, CustomStringConvertible {
  package let rawValue: UInt16

  package init(rawValue: UInt16) { self.rawValue = rawValue }

  package static let success = ReplyCode(rawValue: 200)
  package static let contentTooLarge = ReplyCode(rawValue: 311)
  package static let noRoute = ReplyCode(rawValue: 312)
  package static let noConsumers = ReplyCode(rawValue: 313)
  package static let connectionForced = ReplyCode(rawValue: 320)
  package static let invalidPath = ReplyCode(rawValue: 402)
  package static let accessRefused = ReplyCode(rawValue: 403)
  package static let notFound = ReplyCode(rawValue: 404)
  package static let resourceLocked = ReplyCode(rawValue: 405)
  package static let preconditionFailed = ReplyCode(rawValue: 406)
  package static let frameError = ReplyCode(rawValue: 501)
  package static let syntaxError = ReplyCode(rawValue: 502)
  package static let commandInvalid = ReplyCode(rawValue: 503)
  package static let channelError = ReplyCode(rawValue: 504)
  package static let unexpectedFrame = ReplyCode(rawValue: 505)
  package static let resourceError = ReplyCode(rawValue: 506)
  package static let notAllowed = ReplyCode(rawValue: 530)
  package static let notImplemented = ReplyCode(rawValue: 540)
  package static let internalError = ReplyCode(rawValue: 541)

  private static let names: [ReplyCode: String] = [
    .success: "SUCCESS", .contentTooLarge: "CONTENT_TOO_LARGE", .noRoute: "NO_ROUTE", .noConsumers: "NO_CONSUMERS",
    .connectionForced: "CONNECTION_FORCED", .invalidPath: "INVALID_PATH", .accessRefused: "ACCESS_REFUSED",
    .notFound: "NOT_FOUND", .resourceLocked: "RESOURCE_LOCKED", .preconditionFailed: "PRECONDITION_FAILED",
    .frameError: "FRAME_ERROR", .syntaxError: "SYNTAX_ERROR", .commandInvalid: "COMMAND_INVALID",
    .channelError: "CHANNEL_ERROR", .unexpectedFrame: "UNEXPECTED_FRAME", .resourceError: "RESOURCE_ERROR",
    .notAllowed: "NOT_ALLOWED", .notImplemented: "NOT_IMPLEMENTED", .internalError: "INTERNAL_ERROR",
  ]

  /// The name in the specification, such as `NOT_FOUND`; the number if it has none.
  package var name: String { Self.names[self] ?? String(rawValue) }

  package var description: String { "\(rawValue) \(name)" }
}
