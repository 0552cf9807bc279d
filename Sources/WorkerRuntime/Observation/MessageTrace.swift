import DeliveryPipeline
import MessageContract
import UnitOfWork
import WorkspaceApplication

/// Where an attempt at a command stands in its trace.
package struct MessageTrace: Sendable, Equatable {
  /// 32 hexadecimal digits.
  package let traceID: String
  /// 16 hexadecimal digits: this attempt.
  package let spanID: String
  /// The span that it is a part of; nil where the trace begins here.
  package let parentSpanID: String?
  /// The first attempt, where this is a later one.
  package let firstSpanID: String?

  /// - Returns: nil for a message that is no command, and where the trace is not sampled.
  init?(_ message: ReceivedMessage) {
    guard let command = message.command, let parent = command.context.trace.flatMap({ TraceParent($0.traceparent) }), parent.isSampled
    else { return nil }
    let trace = CommandTrace(of: command.context.key)
    let first = trace.spanID()
    let attempt = message.attempt
    traceID = parent.traceID
    spanID = attempt.map { trace.spanID(attempt: $0) } ?? first
    // Of a trace that began here the first attempt is the root; later ones are a part of that.
    parentSpanID = parent.spanID == spanID ? nil : parent.spanID
    firstSpanID = attempt == nil ? nil : first
  }
}

extension ReceivedMessage {
  /// Which attempt it is; nil for the first.
  fileprivate var attempt: String? {
    if let replay = delivery.properties.headers?.string(ReplayReference.header) { return "replay \(replay)" }
    return parked?.command.failures.map { "attempt \($0.count + 1)" }
  }
}

/// A message whose transaction has committed, and what came of it.
package struct HandledMessage: Sendable {
  /// Nil for what the broker has dead-lettered.
  package let message: ReceivedMessage?
  package let outcome: CommandOutcome
  /// Where it is sampled.
  package let trace: MessageTrace?
}
