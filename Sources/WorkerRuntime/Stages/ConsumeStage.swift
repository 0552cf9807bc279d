import DeliveryPipeline
import Failpoints
import MessageContract

/// Stage 1: takes what the broker has delivered, decodes it and hands it on.
struct ConsumeStage {
  let source: any DeliverySource
  let decoder: CommandDecoder
  /// Whether what is delivered again may have killed the process before this one.
  let isWary: Bool
  let acknowledger: Acknowledger
  let output: BatchChannel<CommitRequest>

  /// Runs until consuming was stopped and all that had arrived is handed on.
  func run() async throws {
    while true {
      let deliveries = try await source.deliveries()
      guard !deliveries.isEmpty else { break }
      Failpoint.received.hit()
      acknowledger.register(deliveries)
      let requests = deliveries.map { delivery in
        isWary && delivery.isRedelivered
          ? CommitRequest.suspect(delivery) : CommitRequest.message(ReceivedMessage(delivery, decoder: decoder))
      }
      Failpoint.decoded.hit()
      try await output.send(requests, size: \.bytes)
    }
    output.finish()
  }
}
