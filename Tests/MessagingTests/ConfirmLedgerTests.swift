import Messaging
import TestFixtures
import Testing

@Suite struct ConfirmLedgerTests {
  private func ledger(batches sizes: [Int]) -> ConfirmLedger {
    var ledger = ConfirmLedger(maximumCount: 100, maximumBytes: 1000)
    for (batch, size) in sizes.enumerated() {
      for index in 0..<size { ledger.published(batch: UInt64(batch), bytes: 10, isLast: index == size - 1, on: 1) }
    }
    return ledger
  }

  private func confirm(_ ledger: inout ConfirmLedger, _ number: UInt64, multiple: Bool = false) -> [ConfirmLedger
    .Action]
  {
    ledger.settled(number, isMultiple: multiple, isPositive: true, on: 1)
  }

  @Test func `a multiple confirm completes all batches up to it`() {
    var ledger = ledger(batches: [2, 2, 2])
    #expect(confirm(&ledger, 5, multiple: true) == [.confirmed(batch: 0), .confirmed(batch: 1)])
    #expect(ledger.unconfirmedCount == 1)
    #expect(ledger.unconfirmedBytes == 10)
    #expect(confirm(&ledger, 6) == [.confirmed(batch: 2)])
  }

  @Test func `single confirms come in any order`() {
    var ledger = ledger(batches: [3])
    #expect(confirm(&ledger, 3) == [])
    #expect(confirm(&ledger, 1) == [])
    #expect(confirm(&ledger, 2) == [.confirmed(batch: 0)])
  }

  @Test func `a message counts once however often it is confirmed`() {
    var ledger = ledger(batches: [3])
    #expect(confirm(&ledger, 2) == [])
    #expect(confirm(&ledger, 2) == [])
    #expect(confirm(&ledger, 2, multiple: true) == [])
    #expect(ledger.unconfirmedCount == 1)
    #expect(confirm(&ledger, 3, multiple: true) == [.confirmed(batch: 0)])
    #expect(confirm(&ledger, 3, multiple: true) == [])
  }

  @Test func `a refused message refuses its batch at once, and once`() {
    var ledger = ledger(batches: [3, 1])
    #expect(ledger.settled(2, isMultiple: false, isPositive: false, on: 1) == [.refused(batch: 0)])
    #expect(ledger.settled(3, isMultiple: true, isPositive: false, on: 1) == [])
    #expect(confirm(&ledger, 4) == [.confirmed(batch: 1)])
    #expect(ledger.unconfirmedCount == 0)
  }

  @Test func `a batch that is not fully published is not confirmed`() {
    var ledger = ConfirmLedger(maximumCount: 10, maximumBytes: 1000)
    ledger.published(batch: 7, bytes: 1, isLast: false, on: 1)
    #expect(confirm(&ledger, 1) == [])
    ledger.published(batch: 7, bytes: 1, isLast: true, on: 1)
    #expect(confirm(&ledger, 2) == [.confirmed(batch: 7)])
  }

  @Test func `an abandoned batch keeps its place in the window and reports nothing more`() {
    var ledger = ConfirmLedger(maximumCount: 10, maximumBytes: 1000)
    ledger.published(batch: 1, bytes: 1, isLast: false, on: 1)
    ledger.published(batch: 1, bytes: 1, isLast: false, on: 1)
    ledger.abandoned(batch: 1)
    #expect(ledger.unconfirmedCount == 2)
    #expect(confirm(&ledger, 2, multiple: true) == [])
    #expect(ledger.unconfirmedCount == 0)
  }

  @Test func `each channel counts separately, and a batch waits for all of its channels`() {
    var ledger = ConfirmLedger(maximumCount: 100, maximumBytes: 1000)
    for channel: UInt16 in [1, 2, 2, 3] { ledger.published(batch: 5, bytes: 1, isLast: channel == 3, on: channel) }
    #expect(ledger.settled(2, isMultiple: true, isPositive: true, on: 2) == [])
    #expect(ledger.settled(2, isMultiple: true, isPositive: true, on: 1) == [])
    #expect(ledger.settled(1, isMultiple: false, isPositive: true, on: 4) == [])
    #expect(ledger.unconfirmedCount == 2)
    #expect(ledger.settled(1, isMultiple: true, isPositive: true, on: 3) == [])
    #expect(ledger.settled(1, isMultiple: false, isPositive: true, on: 1) == [.confirmed(batch: 5)])
    #expect(ledger.unconfirmedCount == 0)
  }

  @Test func `numbers that were never published are ignored`() {
    var ledger = ledger(batches: [1])
    #expect(confirm(&ledger, 0) == [])
    #expect(confirm(&ledger, 2, multiple: true) == [])
    #expect(confirm(&ledger, .max, multiple: true) == [])
    #expect(ledger.unconfirmedCount == 1)
  }

  @Test func `the window is bounded by count and by bytes, but accepts any single message`() {
    var ledger = ConfirmLedger(maximumCount: 2, maximumBytes: 100)
    #expect(ledger.hasRoom(for: 5000))
    ledger.published(batch: 1, bytes: 60, isLast: true, on: 1)
    #expect(ledger.hasRoom(for: 40))
    #expect(!ledger.hasRoom(for: 41))
    #expect(!ledger.hasRoom(for: 1, behind: 1))
    #expect(!ledger.hasRoom(for: 20, behind: 0, 21))
    ledger.published(batch: 2, bytes: 1, isLast: true, on: 1)
    #expect(!ledger.hasRoom(for: 0))
    #expect(confirm(&ledger, 1) == [.confirmed(batch: 1)])
    #expect(ledger.hasRoom(for: 99))
  }

  @Test(arguments: 0..<50) func `in a random walk each batch ends once, and only with all its messages`(seed: UInt64)
    throws
  {
    var random = SeededRandom(seed: seed)
    var walk = ConfirmWalk()
    for step in 0..<500 {
      walk.advance(&random)
      try #require(walk.violation == nil, "step \(step)")
    }
  }
}

/// A slow model of the ledger that checks every message each time.
private struct ConfirmWalk {
  private struct Message {
    let batch: UInt64
    let bytes: Int
    let channel: UInt16
    /// On its channel.
    let number: UInt64
    var isSettled = false
    var isRefused = false
  }

  private(set) var violation: String?

  private var ledger = ConfirmLedger(maximumCount: 64, maximumBytes: 10_000)
  private var messages: [Message] = []
  private var batch: UInt64 = 1
  private var complete: Set<UInt64> = []
  private var ended: Set<UInt64> = []

  mutating func advance(_ random: inout SeededRandom) {
    if Bool.random(using: &random) {
      publish(
        bytes: Int.random(in: 0...300, using: &random), isLast: Int.random(in: 0..<5, using: &random) == 0,
        on: UInt16.random(in: 1...3, using: &random))
    } else {
      let channel = UInt16.random(in: 1...3, using: &random)
      settle(
        UInt64.random(in: 0...count(on: channel) + 1, using: &random), isMultiple: Bool.random(using: &random),
        isPositive: Int.random(in: 0..<20, using: &random) > 0, on: channel)
    }
    let unsettled = messages.filter { !$0.isSettled }
    if ledger.unconfirmedCount != unsettled.count || unsettled.count > 64 {
      violation = "\(ledger.unconfirmedCount) unconfirmed"
    }
    if ledger.unconfirmedBytes != unsettled.reduce(0, { $0 + $1.bytes }) {
      violation = "\(ledger.unconfirmedBytes) bytes"
    }
    let forgotten = complete.subtracting(ended).subtracting(unsettled.map(\.batch))
    if !forgotten.isEmpty { violation = "batches \(forgotten) never ended" }
  }

  private func count(on channel: UInt16) -> UInt64 { UInt64(messages.count { $0.channel == channel }) }

  private mutating func publish(bytes: Int, isLast: Bool, on channel: UInt16) {
    guard ledger.hasRoom(for: bytes) else { return }
    messages.append(Message(batch: batch, bytes: bytes, channel: channel, number: count(on: channel) + 1))
    ledger.published(batch: batch, bytes: bytes, isLast: isLast, on: channel)
    guard isLast else { return }
    complete.insert(batch)
    batch += 1
  }

  private mutating func settle(_ number: UInt64, isMultiple: Bool, isPositive: Bool, on channel: UInt16) {
    let isKnown = number >= 1 && number <= count(on: channel)
    for index in messages.indices where isKnown && messages[index].channel == channel && !messages[index].isSettled {
      guard isMultiple ? messages[index].number <= number : messages[index].number == number else { continue }
      messages[index].isSettled = true
      messages[index].isRefused = !isPositive
    }
    for action in ledger.settled(number, isMultiple: isMultiple, isPositive: isPositive, on: channel) { check(action) }
  }

  private mutating func check(_ action: ConfirmLedger.Action) {
    let (id, isConfirmed) =
      switch action {
      case .confirmed(let batch): (batch, true)
      case .refused(let batch): (batch, false)
      }
    let own = messages.filter { $0.batch == id }
    if !ended.insert(id).inserted { violation = "batch \(id) ended twice" }
    if isConfirmed, !complete.contains(id) || own.contains(where: { !$0.isSettled || $0.isRefused }) {
      violation = "batch \(id) is confirmed too early"
    }
    if !isConfirmed, !own.contains(where: \.isRefused) { violation = "batch \(id) is refused without reason" }
  }
}
