import Messaging
import TestFixtures
import Testing

@Suite struct ReplyLedgerTests {
  private typealias Settlement = ReplyLedger.Settlement

  private static func reply(to queue: ShortString, id: String = "1", bytes: Int = 10) -> AMQPMessage {
    var properties = MessageProperties()
    properties.messageID = ShortString(id)
    return AMQPMessage(
      exchange: "", routingKey: queue, properties: properties, body: [UInt8](repeating: 1, count: bytes))
  }

  /// Sends all that may be sent.
  private static func send(_ ledger: inout ReplyLedger) -> [ReplyLedger.ID] {
    let next = ledger.next(count: .max, bytes: .max)
    for reply in next { ledger.sent(reply.id) }
    return next.map(\.id)
  }

  @Test func `a confirmed reply is delivered, a refused one is not, and neither is kept`() {
    var ledger = ReplyLedger()
    _ = ledger.add(Self.reply(to: "a"), at: .zero)
    _ = ledger.add(Self.reply(to: "b"), at: .zero)
    #expect(Self.send(&ledger) == [1, 2])
    #expect(
      ledger.confirmed(2, isMultiple: false, isPositive: false) == [Settlement(id: 2, queue: "b", outcome: .refused)])
    #expect(
      ledger.confirmed(1, isMultiple: true, isPositive: true) == [Settlement(id: 1, queue: "a", outcome: .delivered)])
    #expect(ledger.isEmpty && ledger.sentCount == 0 && ledger.deadline == nil)
    #expect(ledger.confirmed(2, isMultiple: true, isPositive: true).isEmpty, "confirmed twice")
    #expect(ledger.confirmed(3, isMultiple: false, isPositive: true).isEmpty, "never sent")
  }

  @Test func `a queue that confirms nothing gets few replies, and the others get theirs`() {
    var limits = ReplyLedger.Limits()
    limits.firstWindow = 2
    var ledger = ReplyLedger(limits: limits)
    for _ in 1...5 { _ = ledger.add(Self.reply(to: "silent"), at: .zero) }
    for _ in 6...9 { _ = ledger.add(Self.reply(to: "good"), at: .zero) }
    #expect(Self.send(&ledger) == [1, 6, 2, 7], "in turn")
    #expect(ledger.confirmed(2, isMultiple: false, isPositive: true).map(\.id) == [6])
    #expect(Self.send(&ledger) == [8, 9], "its window has grown")
  }

  @Test
  func `replies not confirmed in time are dropped with those behind them, and their queue is skipped for a while`() {
    var limits = ReplyLedger.Limits()
    limits.firstWindow = 1
    var ledger = ReplyLedger(limits: limits)
    _ = ledger.add(Self.reply(to: "silent"), at: .zero)
    _ = ledger.add(Self.reply(to: "silent"), at: .seconds(1))
    #expect(Self.send(&ledger) == [1])
    _ = ledger.add(Self.reply(to: "good"), at: .seconds(9))
    #expect(ledger.deadline == .seconds(10))
    #expect(ledger.expire(at: .milliseconds(9999)).isEmpty)
    #expect(
      ledger.expire(at: .seconds(10)) == [
        Settlement(id: 1, queue: "silent", outcome: .timedOut), Settlement(id: 2, queue: "silent", outcome: .suspended),
      ])
    #expect(ledger.deadline == .seconds(19))
    #expect(ledger.add(Self.reply(to: "silent"), at: .seconds(11)).settlement?.outcome == .suspended)
    #expect(Self.send(&ledger) == [3])

    // Its suspension is over: it is tried again, with one reply.
    for _ in 1...3 { #expect(ledger.add(Self.reply(to: "silent"), at: .seconds(70)).settlement == nil) }
    #expect(Self.send(&ledger).count == 1)
    // The late confirm of the first one shows that it is alive.
    #expect(ledger.confirmed(1, isMultiple: false, isPositive: true).isEmpty)
    #expect(ledger.confirmed(3, isMultiple: false, isPositive: true).map(\.outcome) == [.delivered])
    #expect(Self.send(&ledger).count == 2)
  }

  @Test func `a returned reply is unroutable, and other replies to its queue are not`() {
    var ledger = ReplyLedger()
    for id in ["1", "2", "3"] { _ = ledger.add(Self.reply(to: "a", id: id), at: .zero) }
    _ = Self.send(&ledger)
    ledger.returned(queue: "a", messageID: "2")
    ledger.returned(queue: "b", messageID: "1")
    #expect(
      ledger.confirmed(3, isMultiple: true, isPositive: true).map(\.outcome) == [.delivered, .unroutable, .delivered])
  }

  @Test func `after a lost connection unconfirmed replies are sent again first, but not forever`() {
    var limits = ReplyLedger.Limits()
    limits.attempts = 2
    var ledger = ReplyLedger(limits: limits)
    for _ in 1...2 { _ = ledger.add(Self.reply(to: "a"), at: .zero) }
    #expect(Self.send(&ledger) == [1, 2])
    _ = ledger.add(Self.reply(to: "a"), at: .zero)
    #expect(ledger.disconnected().isEmpty)
    #expect(Self.send(&ledger) == [1, 2, 3])
    #expect(ledger.confirmed(1, isMultiple: false, isPositive: true).map(\.id) == [1], "numbers start again")
    #expect(ledger.disconnected() == [Settlement(id: 2, queue: "a", outcome: .timedOut)])
    #expect(Self.send(&ledger) == [3])
  }

  @Test func `limits hold in number and in bytes, per queue and in total`() {
    var limits = ReplyLedger.Limits()
    (limits.count, limits.bytes, limits.queueCount, limits.queueBytes) = (4, 500, 2, 300)
    var ledger = ReplyLedger(limits: limits)
    func add(_ queue: ShortString, _ bytes: Int = 10) -> ReplyOutcome? {
      ledger.add(Self.reply(to: queue, bytes: bytes), at: .zero).settlement?.outcome
    }
    #expect(add("a") == nil)
    #expect(add("a", 300) == .overflowed, "the queue's limit in bytes")
    #expect(add("a") == nil)
    #expect(add("a") == .overflowed, "the queue's limit in number")
    #expect(add("b", 280) == nil)
    #expect(add("c", 280) == .overflowed, "the total limit in bytes")
    #expect(add("c") == nil)
    #expect(add("d") == .overflowed, "the total limit in number")
    #expect(ledger.count == 4)
  }

  @Test func `a channel with an unresponsive queue is replaced when all other replies are settled`() {
    var limits = ReplyLedger.Limits()
    limits.abandonedOfQueue = 2
    var ledger = ReplyLedger(limits: limits)
    for _ in 1...2 { _ = ledger.add(Self.reply(to: "silent"), at: .zero) }
    _ = ledger.add(Self.reply(to: "good"), at: .seconds(5))
    #expect(Self.send(&ledger).count == 3)
    #expect(ledger.expire(at: .seconds(10)).count == 2)
    _ = ledger.add(Self.reply(to: "good"), at: .seconds(10))
    #expect(ledger.needsRenewal && ledger.sentCount == 1)
    #expect(Self.send(&ledger).isEmpty)
    _ = ledger.disconnected()
    #expect(!ledger.needsRenewal)
    #expect(Self.send(&ledger).count == 2)
  }

  @Test func `a reply that can't be sent is settled alone`() {
    var ledger = ReplyLedger()
    for _ in 1...2 { _ = ledger.add(Self.reply(to: "a"), at: .zero) }
    #expect(ledger.settle(1, as: .unpublishable) == Settlement(id: 1, queue: "a", outcome: .unpublishable))
    #expect(ledger.settle(1, as: .unpublishable) == nil)
    #expect(Self.send(&ledger) == [2])
    #expect(ledger.settle(2, as: .unpublishable) == nil, "it was sent")
  }

  /// Whatever happens in whatever order, each reply is settled exactly once, in time, and the limits hold.
  @Test(arguments: 1...20 as ClosedRange<UInt64>) func `a random walk settles each reply once`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var limits = ReplyLedger.Limits()
    (limits.count, limits.queueCount, limits.abandonedOfQueue, limits.abandoned) = (40, 15, 4, 9)
    var ledger = ReplyLedger(limits: limits)
    var now = Duration.zero
    var added: [ReplyLedger.ID: Duration] = [:]
    var settled: Set<ReplyLedger.ID> = []
    var sent: UInt64 = 0
    var lastSent: [ShortString: ReplyLedger.ID] = [:]
    let queues: [ShortString] = ["a", "b", "c", "d"]
    func note(_ settlements: [Settlement]) {
      for settlement in settlements {
        #expect(settled.insert(settlement.id).inserted, "settled twice")
        #expect(now - (added[settlement.id] ?? .zero) <= limits.patience + .seconds(3))
      }
    }
    for _ in 1...2000 {
      switch Int.random(in: 0..<10, using: &random) {
      case 0...3:
        let (id, settlement) = ledger.add(Self.reply(to: queues.randomElement(using: &random)!), at: now)
        added[id] = now
        note(settlement.map { [$0] } ?? [])
      case 4...5:
        for reply in ledger.next(count: 6, bytes: 60) {
          let queue = reply.message.routingKey
          #expect(reply.id > lastSent[queue, default: 0], "in order")
          lastSent[queue] = reply.id
          ledger.sent(reply.id)
          sent += 1
        }
      case 6...7 where sent > 0:
        note(
          ledger.confirmed(
            UInt64.random(in: 1...sent, using: &random), isMultiple: Bool.random(using: &random),
            isPositive: Int.random(in: 0..<4, using: &random) > 0))
      case 8:
        now += .milliseconds(Int.random(in: 0...3000, using: &random))
        note(ledger.expire(at: now))
        if ledger.needsRenewal, ledger.sentCount == 0 {
          note(ledger.disconnected())
          (sent, lastSent) = (0, [:])
        }
      case 9 where Int.random(in: 0..<10, using: &random) == 0:
        note(ledger.disconnected())
        (sent, lastSent) = (0, [:])
      default: break
      }
      #expect(ledger.count <= limits.count && ledger.count == added.count - settled.count)
    }
    while let deadline = ledger.deadline {
      now = deadline
      note(ledger.expire(at: now))
    }
    #expect(ledger.isEmpty && settled.count == added.count && ledger.sentCount == 0)
  }
}
