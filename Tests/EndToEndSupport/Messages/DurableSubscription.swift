package import Messaging
package import TestSupport

/// A subscriber on a durable queue of its own that keeps everything that has arrived, of batches what is in them.
package final class DurableSubscription: Sendable {
  /// What has arrived so far.
  package struct Record: Sendable {
    package fileprivate(set) var messages: [Subscription.Message] = []
    /// The commands that these messages are about.
    package fileprivate(set) var commands: Set<String> = []
    /// Ids of batches that came again with other bytes.
    package fileprivate(set) var changedBatches: [String] = []
    fileprivate var batches: [String: [UInt8]] = [:]
    fileprivate var markers: Set<String> = []
  }

  package let queue: ShortString
  package let record = Watched(Record())
  private let host: VirtualHost
  private let consumer: DurableConsumer

  /// - Parameter exchange: everything that goes there; nil for a queue that is only replied to.
  package init(_ queue: ShortString, to exchange: ShortString?, on host: VirtualHost) async throws {
    self.queue = queue
    self.host = host
    consumer = try await DurableConsumer(queue, to: exchange, on: host) { [record] deliveries in
      record.update { $0.append(deliveries) }
    }
  }

  /// Waits until everything confirmed to its publisher before the call has arrived: a marker message behind it shows
  /// that.
  package func everything() async throws -> [Subscription.Message] {
    let marker = Command.newID()
    try await host.publish([marker], to: queue)
    return try await Patience.wait(for: "the end of \(queue.text ?? "")") { [record] in
      try await record.wait { $0.markers.contains(marker) }.messages
    }
  }

  package func close() async { await consumer.close() }
}

extension DurableSubscription.Record {
  fileprivate mutating func append(_ deliveries: [Delivery]) {
    for delivery in deliveries {
      let message = Subscription.Message(delivery)
      guard let contents = message.event == nil ? try? message.elements : [message] else {
        markers.insert(delivery.text)
        continue
      }
      if message.event == nil { note(message) }
      messages += contents
      commands.formUnion(contents.compactMap { $0.event?.commandid })
    }
  }

  private mutating func note(_ batch: Subscription.Message) {
    let id = batch.properties.messageID?.text ?? ""
    if batches[id, default: batch.body] != batch.body { changedBatches.append(id) }
    batches[id] = batch.body
  }
}
