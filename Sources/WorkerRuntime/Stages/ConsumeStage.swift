import Messaging
import Failpoints
import Logging
import MessageContract

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
      acknowledger.register(arrived)
      for delivery in arrived {
        if let disturbance = order.disturbance(delivery) { note(disturbance, of: delivery, &order) }
      }
      let deliveries = passing(arrived)
      let requests = deliveries.map { delivery in
        suspects.contain(delivery)
          ? CommitRequest.suspect(delivery) : CommitRequest.message(ReceivedMessage(delivery, decoder: decoder))
      }
      Failpoint.decoded.hit()
      try await output.send(requests, size: \.bytes)
    }
    output.finish()
  }

  /// All but the probes, whose only purpose is to arrive.
  private func passing(_ arrived: [Delivery]) -> [Delivery] {
    guard arrived.contains(where: \.isRouteProbe) else { return arrived }
    acknowledger.settle(arrived.filter(\.isRouteProbe).map(\.tag))
    return arrived.filter { !$0.isRouteProbe }
  }

  private func note(_ disturbance: OrderWatch.Disturbance, of delivery: Delivery, _ order: inout OrderWatch) {
    status.note(disturbance)
    let sender = [delivery.properties.userID, delivery.properties.appID].map { $0?.text ?? "-" }
    guard order.isNews(disturbance, of: sender.joined(separator: "/")) else { return }
    logger.warning(
      "a command came out of order",
      metadata: [
        "cause": "\(disturbance.rawValue)", "user_id": "\(sender[0])", "app_id": "\(sender[1])",
        "priority": "\(delivery.properties.priority ?? 0)", "message_id": "\(delivery.properties.messageID?.text ?? "")",
      ])
  }
}
