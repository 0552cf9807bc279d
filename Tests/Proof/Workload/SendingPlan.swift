import Messaging
import EndToEndSupport
import TestFixtures

/// Who sends what when: every command two or three times, in the same bytes, its copies randomly before, during and
/// after the fault. The first copies are in the order of the workload.
struct SendingPlan {
  private(set) var before: [OutboundMessage] = []
  private(set) var during: [OutboundMessage] = []
  private(set) var after: [OutboundMessage] = []

  /// - Parameter replyQueue: asks for a copy of each result there.
  init(_ workload: Workload, replyQueue: ShortString, seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let messages = workload.steps.map { $0.command.replying(to: replyQueue).message() }
    let (first, second) = (messages.count * 6 / 10, messages.count * 8 / 10)
    before = Self.doubled(messages[..<first], &random)
    during = Self.doubled(messages[first..<second], &random)
    after = Self.doubled(messages[second...], &random)
    // Everything is sent at least once more when the trouble is over.
    after += messages.shuffled(using: &random)
  }

  /// Some of the messages are repeated a little later.
  private static func doubled(_ messages: ArraySlice<OutboundMessage>, _ random: inout SeededRandom) -> [OutboundMessage] {
    var result: [OutboundMessage] = []
    var waiting: [OutboundMessage] = []
    for message in messages {
      result.append(message)
      if Int.random(in: 0..<3, using: &random) == 0 { waiting.append(message) }
      if waiting.count > 4 { result.append(waiting.remove(at: Int.random(in: 0..<waiting.count, using: &random))) }
    }
    return result + waiting
  }
}
