import EndToEndSupport
import Foundation
import MessageContract
import Messaging
import TestFixtures

/// Who sends what when: every command two or three times, in the same bytes, its copies randomly before, during and
/// after the fault. The first copies are in the order of the workload. In batches, a few are one message.
struct SendingPlan {
  private(set) var before: [AMQPMessage] = []
  private(set) var during: [AMQPMessage] = []
  private(set) var after: [AMQPMessage] = []

  /// - Parameter replyQueue: asks for a copy of each result there.
  init(_ workload: Workload, _ traffic: Traffic, replyQueue: ShortString, seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let messages = workload.steps.map { $0.command.replying(to: replyQueue).message() }
    let (first, second) = (messages.count * 6 / 10, messages.count * 8 / 10)
    before = Self.doubled(messages[..<first], &random)
    during = Self.doubled(messages[first..<second], &random)
    after = Self.doubled(messages[second...], &random)
    // Everything is sent at least once more when the trouble is over.
    after += messages.shuffled(using: &random)
    guard traffic == .batches else { return }
    before = Self.batched(before, &random)
    during = Self.batched(during, &random)
    after = Self.batched(after, &random)
  }

  /// The ids of the commands that a message holds.
  static func commands(in message: AMQPMessage) -> [String] {
    if let event = try? CloudEvent(message.body) { return [event.id] }
    let elements = (try? JSONSerialization.jsonObject(with: Data(message.body))) as? [[String: Any]]
    return (elements ?? []).compactMap { $0["id"] as? String }
  }

  /// The same commands in the same order, a few in each message, and now and then more than a transaction of the
  /// workers holds.
  private static func batched(_ messages: [AMQPMessage], _ random: inout SeededRandom) -> [AMQPMessage] {
    var result: [AMQPMessage] = []
    var rest = messages[...]
    while let first = rest.first {
      let isLarge = Int.random(in: 0..<8, using: &random) == 0
      let next = rest.prefix(isLarge ? 40 : Int.random(in: 1...10, using: &random))
      rest = rest[next.endIndex...]
      var properties = first.properties
      properties.contentType = CloudEventsType.batch
      result.append(
        AMQPMessage(
          exchange: first.exchange, routingKey: "workspace.batch", properties: properties,
          body: CloudEventsType.array(next.map(\.body))))
    }
    return result
  }

  /// Some of the messages are repeated a little later.
  private static func doubled(_ messages: ArraySlice<AMQPMessage>, _ random: inout SeededRandom)
    -> [AMQPMessage]
  {
    var result: [AMQPMessage] = []
    var waiting: [AMQPMessage] = []
    for message in messages {
      result.append(message)
      if Int.random(in: 0..<3, using: &random) == 0 { waiting.append(message) }
      if waiting.count > 4 { result.append(waiting.remove(at: Int.random(in: 0..<waiting.count, using: &random))) }
    }
    return result + waiting
  }
}
