import Messaging
import TestFixtures
import Testing

@Suite struct ScatteredAcknowledgementsTests {
  private func tag(_ number: UInt64, _ generation: UInt64 = 1) -> DeliveryTag {
    DeliveryTag(generation: generation, number: number)
  }

  private func ledger(_ count: UInt64) -> ScatteredAcknowledgements {
    var ledger = ScatteredAcknowledgements()
    for number in 1...count { ledger.delivered(tag(number)) }
    return ledger
  }

  @Test func `a settled prefix is acknowledged at once with one call, everything else individually`() {
    var ledger = ledger(6)
    #expect(ledger.settle([tag(4)]) == [Acknowledgement(tag: tag(4), isMultiple: false)])
    #expect(
      ledger.settle([tag(2), tag(1), tag(6)]) == [
        Acknowledgement(tag: tag(2), isMultiple: true), Acknowledgement(tag: tag(6), isMultiple: false),
      ])
    #expect(ledger.settle([tag(3)]) == [Acknowledgement(tag: tag(3), isMultiple: false)])
    #expect(ledger.unsettledCount == 1)
    #expect(ledger.settle([tag(5)]) == [Acknowledgement(tag: tag(5), isMultiple: false)])
    #expect(ledger.unsettledCount == 0)
  }

  @Test func `deliveries that are settled, unknown or of another connection change nothing`() {
    var ledger = ledger(2)
    _ = ledger.settle([tag(1)])
    #expect(ledger.settle([tag(1), tag(3), tag(2, 2)]).isEmpty)
    ledger.delivered(tag(1, 2))
    #expect(ledger.settle([tag(2, 1)]).isEmpty && ledger.unsettledCount == 1)
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `seen by a broker, each settled delivery is acknowledged once, and no other`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var ledger = ScatteredAcknowledgements()
    var unacknowledged: Set<UInt64> = []
    var settled: Set<UInt64> = []
    var last: UInt64 = 0
    for _ in 0..<400 {
      if Bool.random(using: &random) {
        last += 1
        ledger.delivered(tag(last))
        unacknowledged.insert(last)
      }
      let chosen = unacknowledged.subtracting(settled).filter { _ in Int.random(in: 0..<5, using: &random) == 0 }
        .shuffled(using: &random)
      settled.formUnion(chosen)
      for acknowledgement in ledger.settle(chosen.map { tag($0) }) {
        let number = acknowledgement.tag.number
        #expect(unacknowledged.contains(number), "an unknown tag closes the channel")
        let covered: Set<UInt64> = acknowledgement.isMultiple ? unacknowledged.filter { $0 <= number } : [number]
        #expect(covered.isSubset(of: settled))
        unacknowledged.subtract(covered)
      }
      #expect(unacknowledged.isDisjoint(with: settled), "every settled delivery is acknowledged")
      #expect(ledger.unsettledCount == unacknowledged.count)
    }
  }
}
