import MessageContract
import Messaging
import UnitOfWork
import WorkspaceApplication

/// The position of an attempt at a command in its trace.
package struct MessageTrace: Sendable, Equatable {
  /// 32 hexadecimal digits.
  package let traceID: String
  /// 16 hexadecimal digits: this attempt.
  package let spanID: String
  /// Its parent span; nil if the trace starts here.
  package let parentSpanID: String?
  /// The first attempt, if this is a later one.
  package let firstSpanID: String?

  /// - Returns: nil if the trace is not sampled.
  init?(_ command: DecodedCommand, _ properties: MessageProperties, parked: ParkedCommand? = nil) {
    guard let traceparent = command.context.trace?.traceparent, TraceParent.isSampled(valid: traceparent),
      let parent = TraceParent(traceparent)
    else { return nil }
    let trace = CommandTrace(of: command.context.key)
    let first = trace.spanID()
    let attempt = Self.attempt(properties, parked)
    traceID = parent.traceID
    spanID = attempt.map { trace.spanID(attempt: $0) } ?? first
    // In a trace that started here the first attempt is the root; later ones are its children.
    parentSpanID = parent.spanID == spanID ? nil : parent.spanID
    firstSpanID = attempt == nil ? nil : first
  }

  /// Which attempt it is; nil for the first.
  private static func attempt(_ properties: MessageProperties, _ parked: ParkedCommand?) -> String? {
    if let replay = properties.replayReference { return "replay \(replay.text)" }
    return parked?.failures.map { "attempt \($0.count + 1)" }
  }
}
