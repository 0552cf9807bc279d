import Messaging
import TestFixtures
import Testing

@Suite struct AcknowledgementLedgerTests {
  private func tag(_ number: UInt64, generation: UInt64 = 1) -> DeliveryTag {
    DeliveryTag(generation: generation, number: number)
  }

  private func ledger(delivered numbers: ClosedRange<UInt64>) -> AcknowledgementLedger {
    var ledger = AcknowledgementLedger()
    for number in numbers { ledger.delivered(tag(number)) }
    return ledger
  }

  @Test func `settling in order acknowledges each prefix once`() {
    var ledger = ledger(delivered: 1...5)
    #expect(ledger.settled([tag(1)]) == Acknowledgement(tag: tag(1), isMultiple: false))
    #expect(ledger.settled([tag(2), tag(3)]) == Acknowledgement(tag: tag(3), isMultiple: true))
    #expect(ledger.unsettledCount == 2)
    #expect(ledger.settled([tag(5), tag(4)]) == Acknowledgement(tag: tag(5), isMultiple: true))
    #expect(ledger.unsettledCount == 0)
  }

  @Test func `deliveries behind an unsettled one wait for it`() {
    var ledger = ledger(delivered: 1...4)
    #expect(ledger.settled([tag(2), tag(4)]) == nil)
    #expect(ledger.settled([tag(1)]) == Acknowledgement(tag: tag(2), isMultiple: true))
    #expect(ledger.settled([tag(3)]) == Acknowledgement(tag: tag(4), isMultiple: true))
  }

  @Test func `settling twice, or something unknown, changes nothing`() {
    var ledger = ledger(delivered: 1...3)
    #expect(ledger.settled([tag(1)]) != nil)
    #expect(ledger.settled([tag(1), tag(9), tag(0)]) == nil)
    #expect(ledger.settled([]) == nil)
    #expect(ledger.unsettledCount == 2)
  }

  @Test func `a new generation invalidates older deliveries`() {
    var ledger = ledger(delivered: 1...3)
    ledger.delivered(tag(1, generation: 2))
    #expect(ledger.unsettledCount == 1)
    #expect(ledger.settled([tag(1), tag(2), tag(3)]) == nil)
    #expect(ledger.settled([tag(1, generation: 2)]) == Acknowledgement(tag: tag(1, generation: 2), isMultiple: false))
  }

  @Test func `deliveries of an older generation or out of order are ignored`() {
    var ledger = AcknowledgementLedger()
    ledger.delivered(tag(5, generation: 2))
    ledger.delivered(tag(6, generation: 1))
    ledger.delivered(tag(5, generation: 2))
    ledger.delivered(tag(4, generation: 2))
    #expect(ledger.unsettledCount == 1)
  }

  @Test func `tags may have gaps`() {
    var ledger = AcknowledgementLedger()
    for number in [3, 7, 20] as [UInt64] { ledger.delivered(tag(number)) }
    #expect(ledger.settled([tag(7)]) == nil)
    #expect(ledger.settled([tag(3)]) == Acknowledgement(tag: tag(7), isMultiple: true))
  }

  @Test(arguments: 0..<50) func `in a random walk only settled deliveries are acknowledged, each once`(seed: UInt64)
    throws
  {
    var random = SeededRandom(seed: seed)
    var walk = AcknowledgementWalk()
    for step in 0..<2000 {
      walk.advance(&random)
      try #require(walk.violation == nil, "step \(step)")
    }
  }
}

/// Random steps on a ledger, each checked against a model: the set of unsettled deliveries.
private struct AcknowledgementWalk {
  private(set) var violation: String?

  private var ledger = AcknowledgementLedger()
  private var generation: UInt64 = 0
  private var last: UInt64 = 0
  /// The number of unsettled parts of each delivery, by delivery number.
  private var open: [UInt64: Int] = [:]
  private var acknowledged: UInt64 = 0

  mutating func advance(_ random: inout SeededRandom) {
    switch Int.random(in: 0..<100, using: &random) {
    case 0:
      (generation, last, open, acknowledged) = (generation + 1, 0, [:], 0)
      deliver(1)
    case 1..<50: deliver(UInt64.random(in: 1...2, using: &random), parts: Int.random(in: 1...3, using: &random))
    default:
      let count = Int.random(in: 0...8, using: &random)
      settle((0..<count).map { _ in UInt64.random(in: 0...last + 1, using: &random) })
    }
    if ledger.unsettledCount != open.count { violation = "\(ledger.unsettledCount) unsettled, not \(open.count)" }
  }

  private mutating func deliver(_ gap: UInt64, parts: Int = 1) {
    last += gap
    open[last] = parts
    ledger.delivered(DeliveryTag(generation: generation, number: last), parts: parts)
  }

  private mutating func settle(_ numbers: [UInt64]) {
    let strangers = generation == 0 ? [] : numbers.map { DeliveryTag(generation: generation - 1, number: $0) }
    let tags = numbers.map { DeliveryTag(generation: generation, number: $0) }
    let acknowledgement = ledger.settled(strangers + tags)
    for number in numbers { open[number] = open[number].flatMap { $0 > 1 ? $0 - 1 : nil } }
    let prefix = open.keys.min() ?? .max
    guard let acknowledgement else { return }
    let number = acknowledgement.tag.number
    if acknowledgement.tag.generation != generation { violation = "an old generation is acknowledged" }
    if number <= acknowledged { violation = "\(number) is acknowledged twice" }
    if number >= prefix { violation = "\(prefix) is acknowledged but not settled" }
    acknowledged = number
  }
}
