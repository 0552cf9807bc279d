import DeliveryPipeline
import MessageContract

/// Stage 1: takes what the broker has delivered, decodes it and hands it on.
struct ConsumeStage {
  let source: any DeliverySource
  let decoder: CommandDecoder
  let acknowledger: Acknowledger
  let output: BatchChannel<CommitRequest>

  /// Runs until consuming was stopped and all that had arrived is handed on.
  func run() async throws {
    while true {
      let deliveries = try await source.deliveries()
      guard !deliveries.isEmpty else { break }
      acknowledger.register(deliveries)
      let messages = deliveries.map { CommitRequest.message(ReceivedMessage($0, decoder: decoder)) }
      try await output.send(messages, size: \.bytes)
    }
    output.finish()
  }
}
