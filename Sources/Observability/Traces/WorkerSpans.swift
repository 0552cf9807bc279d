import MessageContract
import Messaging
import OTLPExporter
package import Tracing
import UnitOfWork
package import WorkerRuntime
import WorkspaceApplication

/// Makes spans of sampled commands: `process`, from arrival to commit, or for a parked command from the start of its
/// batch; and `publish`, from there to the confirm.
///
/// Names and attributes follow OpenTelemetry's conventions for messaging:
/// https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
package struct WorkerSpans: WorkerProbe {
  private let tracer: any Tracer
  private let queue: String
  private let exchange: String

  /// - Parameters:
  ///   - queue: the queue that commands come from.
  ///   - exchange: the exchange that results go to.
  package init(_ tracer: any Tracer, queue: String, exchange: String) {
    self.tracer = tracer
    self.queue = queue
    self.exchange = exchange
  }

  package func observe(_ observation: WorkerObservation) {
    switch observation {
    case .committed(let batch): trace(batch)
    case .published(let publication): trace(publication)
    case .sessionEnded, .batchTaken, .rolledBack, .replied, .recovered, .expired, .cleaningFailed,
      .relationshipsReplicated, .replicationFailed, .relationshipsDiffer:
      break
    }
  }

  private func trace(_ batch: CommittedBatch) {
    guard batch.handled.contains(where: { $0.message?.trace != nil }) else { return }
    let clock = SpanClock()
    for handled in batch.handled {
      guard let message = handled.message, let trace = message.trace else { continue }
      let start = message.delivery?.receivedAt ?? batch.began
      let span = startSpan("process \(queue)", trace.process, ofKind: .consumer, at: clock.instant(start))
      span.attributes = attributes(of: message, handled.outcome)
      if let first = trace.first {
        span.addLink(SpanLink(context: first, attributes: ["workspace_worker.link": "first_attempt"]))
      }
      span.setStatus(handled.outcome.spanStatus)
      span.end(at: clock.instant(batch.ended))
    }
  }

  private func trace(_ publication: PublicationReport) {
    let latencies = publication.latencies.filter { $0.trace != nil }
    guard !latencies.isEmpty else { return }
    let clock = SpanClock()
    let end = ContinuousClock.now
    for latency in latencies {
      guard let trace = latency.trace else { continue }
      let span = startSpan(
        "publish \(exchange)", trace.publish, ofKind: .producer, at: clock.instant(end - latency.publish))
      span.attributes["messaging.system"] = "rabbitmq"
      span.attributes["messaging.operation.name"] = "publish"
      span.attributes["messaging.operation.type"] = "send"
      span.attributes["messaging.destination.name"] = exchange
      span.end(at: clock.instant(end))
    }
  }

  private func startSpan(
    _ name: String, _ context: InstrumentationContext, ofKind kind: SpanKind, at instant: DefaultTracerClock.Instant
  ) -> any Span {
    tracer.startSpan(name, context: context, ofKind: kind, at: instant)
  }

  private func attributes(of message: ReceivedMessage, _ outcome: Outcome) -> SpanAttributes {
    var attributes: SpanAttributes = [
      "messaging.system": "rabbitmq", "messaging.operation.name": "process", "messaging.operation.type": "process",
      "messaging.destination.name": .string(queue),
    ]
    attributes["messaging.message.body.size"] = message.body.count
    attributes["messaging.rabbitmq.destination.routing_key"] = message.routingKey.text
    attributes["messaging.message.conversation_id"] = message.properties.correlationID?.text
    if let command = message.command {
      attributes["messaging.message.id"] = command.context.key.id
      attributes["workspace_worker.command.type"] = command.type.rawValue
      attributes["workspace_worker.command.source"] = command.context.key.source
      attributes["workspace_worker.tenant.id"] = "\(command.context.tenantID)"
    }
    attributes["workspace_worker.redelivered"] = message.isRedelivered
    attributes["workspace_worker.outcome"] = outcome.text
    return attributes
  }
}

extension MessageTrace {
  /// The context for the span of the attempt itself.
  fileprivate var process: InstrumentationContext {
    var context = InstrumentationContext.topLevel
    context.span = parentSpanID.map { SpanContext(traceID: traceID, spanID: $0) }
    context.plannedSpan = SpanContext(traceID: traceID, spanID: spanID)
    return context
  }

  /// The context for a span within the attempt.
  fileprivate var publish: InstrumentationContext {
    var context = InstrumentationContext.topLevel
    context.span = SpanContext(traceID: traceID, spanID: spanID)
    return context
  }

  /// The context of the first attempt; nil if this is the first.
  fileprivate var first: InstrumentationContext? {
    guard let firstSpanID else { return nil }
    var context = InstrumentationContext.topLevel
    context.span = SpanContext(traceID: traceID, spanID: firstSpanID)
    return context
  }
}

extension Outcome {
  /// A rejection is an answer, not an error.
  fileprivate var spanStatus: SpanStatus {
    switch self {
    case .succeeded, .rejected, .repeated: SpanStatus(code: .ok)
    case .parked, .deadLettered: SpanStatus(code: .error, message: code ?? kind.rawValue)
    }
  }
}

/// Converts instants of the monotonic clock to wall-clock time.
private struct SpanClock {
  private let instant = ContinuousClock.now
  private let time = DefaultTracerClock.now.nanosecondsSinceEpoch

  func instant(_ other: ContinuousClock.Instant) -> DefaultTracerClock.Instant {
    let (seconds, attoseconds) = (other - instant).components
    let nanoseconds = Int64(time) + seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    return DefaultTracerClock.Instant(nanosecondsSinceEpoch: UInt64(max(0, nanoseconds)))
  }
}
