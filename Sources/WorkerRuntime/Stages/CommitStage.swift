import DeliveryPipeline
import Failpoints
import Logging
import MessageContract
import UnitOfWork
import WorkspaceDomain

/// What the commit stage is asked to do.
enum CommitRequest: Sendable {
  case message(ReceivedMessage)
  /// Nothing else to do: remove what is confirmed.
  case sweep

  var bytes: Int {
    if case .message(let message) = self { message.delivery.body.count } else { 0 }
  }
}

/// Stage 2: commits what has arrived as one transaction after the other, and settles the deliveries.
struct CommitStage {
  let input: BatchChannel<CommitRequest>
  let executor: BatchExecutor
  let store: any UnitOfWorkStore
  let confirmed: ConfirmedEntries
  let acknowledger: Acknowledger
  let output: BatchChannel<Publication>
  let logger: Logger

  /// Runs until the input is finished.
  func run() async throws {
    while let batch = try await input.take() {
      let messages = batch.elements.compactMap { request in
        if case .message(let message) = request { message } else { nil }
      }
      if messages.isEmpty {
        try await sweep()
      } else {
        try await commit(messages)
      }
    }
    output.finish()
  }

  private func sweep() async throws {
    try await store.remove(confirmed.take())
    Failpoint.removed.hit()
  }

  private func commit(_ messages: [ReceivedMessage]) async throws {
    let removed = confirmed.take()
    try await executor.execute(messages, removing: removed) { batch in
      // Somebody waits for the messages, nobody for the acknowledgements; but those must not wait for room.
      output.append([Publication(batch)], size: \.bytes)
      acknowledger.settle(batch.settled)
      try await output.waitForRoom()
    }
    if !removed.isEmpty { Failpoint.removed.hit() }
    for message in messages {
      if case .failure(let invalid) = message.content { warn(of: invalid, message.delivery) }
    }
  }

  private func warn(of invalid: InvalidCommand, _ delivery: Delivery) {
    logger.warning(
      "an invalid command goes to the dead letters",
      metadata: [
        "reason": "\(invalid.reason.rawValue)", "detail": "\(invalid.detail)",
        "command_id": "\(invalid.envelope.id ?? "")", "command_source": "\(invalid.envelope.source ?? "")",
        "tenant_id": "\(invalid.envelope.tenantID?.description ?? "")", "bytes": "\(delivery.body.count)",
        "routing_key": "\(delivery.routingKey.text ?? "")",
      ])
  }
}
