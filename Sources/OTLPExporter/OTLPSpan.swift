import Synchronization
package import Tracing

/// A span that is passed to the exporter when it ends.
package final class OTLPSpan: Span {
  private struct State {
    var name: String
    var attributes: SpanAttributes = [:]
    var status: SpanStatus?
    var events: [SpanEvent] = []
    var links: [SpanLink] = []
    var isEnded = false
  }

  package let context: InstrumentationContext
  private let place: SpanContext
  private let parentID: String?
  private let kind: SpanKind
  private let start: UInt64
  private let state: Mutex<State>
  private let finish: @Sendable (FinishedSpan) -> Void

  init(
    _ name: String, kind: SpanKind, place: SpanContext, parentID: String?, context: InstrumentationContext,
    start: UInt64,
    finish: @escaping @Sendable (FinishedSpan) -> Void
  ) {
    self.context = context
    self.place = place
    self.parentID = parentID
    self.kind = kind
    self.start = start
    self.finish = finish
    state = Mutex(State(name: name))
  }

  package var isRecording: Bool { state.withLock { place.isSampled && !$0.isEnded } }

  package var operationName: String {
    get { state.withLock { $0.name } }
    set { change { $0.name = newValue } }
  }

  package var attributes: SpanAttributes {
    get { state.withLock { $0.attributes } }
    set { change { $0.attributes = newValue } }
  }

  package func setStatus(_ status: SpanStatus) { change { $0.status = status } }
  package func addEvent(_ event: SpanEvent) { change { $0.events.append(event) } }
  package func addLink(_ link: SpanLink) { change { $0.links.append(link) } }

  /// As OpenTelemetry specifies for errors: an event named `exception`, without a stack.
  package func recordError<Instant: TracerInstant>(
    _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
  ) {
    var attributes = attributes
    attributes["exception.type"] = "\(type(of: error))"
    attributes["exception.message"] = "\(error)"
    addEvent(SpanEvent(name: "exception", at: instant(), attributes: attributes))
  }

  /// Only the first call counts.
  package func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
    let end = instant().nanosecondsSinceEpoch
    let finished = state.withLock { state -> FinishedSpan? in
      guard !state.isEnded else { return nil }
      state.isEnded = true
      return FinishedSpan(
        place: place, parentID: parentID, name: state.name, kind: kind, start: start, end: max(start, end),
        attributes: state.attributes, status: state.status, events: state.events, links: state.links)
    }
    if let finished, place.isSampled { finish(finished) }
  }

  private func change(_ body: (inout State) -> Void) {
    state.withLock { if !$0.isEnded { body(&$0) } }
  }
}
