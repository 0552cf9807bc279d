import CrashWitness
import Failpoints
import Logging
import MessageContract
import Messaging

/// Stage 1: takes what the broker has delivered, decodes it and passes it on.
struct ConsumeStage {
  /// What is decoded before there has to be room for it, in bytes of bodies: what has arrived may be much, and decoded it is more.
  private static let chunkBytes = 1 << 20

  let source: any DeliverySource
  let decoder: CommandDecoder
  let limits: ContractLimits
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
      var rest = arrived[...]
      while !rest.isEmpty { try await handOn(rest.takeChunk(bytes: Self.chunkBytes)) }
    }
    output.finish()
  }

  private func handOn(_ deliveries: ArraySlice<Delivery>) async throws {
    let parts = deliveries.map { (tag: $0.tag, requests: requests(of: $0)) }
    acknowledger.register(parts.map { ($0.tag, $0.requests.count) })
    // Those that only ask whether the way here is open, and empty batches: to arrive is all that they want.
    acknowledger.settle(parts.filter(\.requests.isEmpty).map(\.tag))
    Failpoint.decoded.hit()
    try await output.send(parts.flatMap(\.requests), size: \.bytes)
  }

  /// What a delivery asks for: one request, or one for each element of a batch.
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
    guard !suspects.condemn(delivery) else { return [delivery] }
    return try InHand.with(delivery.body, .decoding) { () throws(InvalidCommand) in
      try CommandBatch.elements(of: delivery, limits: limits)
    } ?? [delivery]
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

extension ArraySlice<Delivery> {
  /// Takes deliveries from the start until their bodies have so many bytes, at least one.
  fileprivate mutating func takeChunk(bytes: Int) -> ArraySlice<Delivery> {
    var end = startIndex
    var size = 0
    while end < endIndex, size < bytes {
      size += self[end].body.count
      end += 1
    }
    defer { self = self[end...] }
    return self[..<end]
  }
}
