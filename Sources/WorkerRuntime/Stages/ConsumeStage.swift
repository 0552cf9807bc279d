import CrashWitness
import Failpoints
import Logging
import MessageContract
import Messaging

/// Stage 1: takes what the broker has delivered, decodes it and passes it on.
struct ConsumeStage {
  let source: any DeliverySource
  let decoder: CommandDecoder
  let suspects: Suspects
  let acknowledger: Acknowledger
  let output: BatchChannel<CommitRequest>
  let honoursPriorities: Bool
  let status: WorkerStatus
  let logger: Logger

  /// Runs until consuming has stopped and everything that had arrived is passed on.
  func run() async throws {
    var order = OrderWatch(honoursPriorities: honoursPriorities)
    while true {
      let arrived = try await source.deliveries()
      guard !arrived.isEmpty else { break }
      Failpoint.received.hit()
      for delivery in arrived {
        if let disturbance = order.disturbance(delivery) { note(disturbance, of: delivery, &order) }
      }
      try await handOn(arrived)
    }
    output.finish()
  }

  private func handOn(_ deliveries: [Delivery]) async throws {
    let parts = deliveries.map { (tag: $0.tag, requests: requests(of: $0)) }
    acknowledger.register(parts.map { ($0.tag, $0.requests.count) })
    // Route probes and empty batches hold no requests: they are settled on arrival.
    acknowledger.settle(parts.filter(\.requests.isEmpty).map(\.tag))
    Failpoint.decoded.hit()
    try await output.send(parts.flatMap(\.requests), size: \.bytes)
  }

  /// The requests that a delivery holds: one, or one for each element of a batch; none for a route probe.
  private func requests(of delivery: Delivery) -> [CommitRequest] {
    guard !delivery.isRouteProbe else { return [] }
    do throws(InvalidCommand) {
      return try elements(of: delivery).map { element in
        suspects.contain(element) ? .suspect(element) : .message(ReceivedMessage(element, decoder: decoder))
      }
    } catch {
      return [.message(ReceivedMessage(delivery, invalid: error))]
    }
  }

  private func elements(of delivery: Delivery) throws(InvalidCommand) -> [Delivery] {
    guard !suspects.isCondemned(delivery) else { return [delivery] }
    return try InHand.with(delivery.body, .decoding) { () throws(InvalidCommand) in
      try CommandBatch.elements(of: delivery, limits: decoder.limits)
    } ?? [delivery]
  }

  private func note(_ disturbance: OrderWatch.Disturbance, of delivery: Delivery, _ order: inout OrderWatch) {
    status.note(disturbance)
    let sender = [delivery.properties.userID, delivery.properties.appID].map { $0?.text ?? "-" }
    guard order.shouldLog(disturbance, of: sender.joined(separator: "/")) else { return }
    logger.warning(
      "a command came out of order",
      metadata: [
        "cause": "\(disturbance.rawValue)", "user_id": "\(sender[0])", "app_id": "\(sender[1])",
        "priority": "\(delivery.properties.priority ?? 0)",
        "message_id": "\(delivery.properties.messageID?.text ?? "")",
      ])
  }
}
