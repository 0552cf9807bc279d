import EndToEndSupport
import TestFixtures
import TestSupport

/// Sends the commands of a soak at a steady rate, in order, with confirms; and one in fifty once more, later.
struct SoakSender: Sendable {
  private static let interval = Duration.milliseconds(20)
  /// How far back a repetition may reach.
  private static let memory = 100_000

  let stream: SoakStream
  let sender: PersistentSender
  let rate: Int
  let seed: UInt64
  /// How many different commands were confirmed.
  let confirmed: Watched<Int>

  /// Sends until `end`. It catches up on at most one lost second, so that a broker that was down for longer is not
  /// flooded.
  func run(until end: ContinuousClock.Instant) async throws {
    var random = SeededRandom(seed: seed)
    let count = max(1, Int(Double(rate) * (Self.interval / .seconds(1))))
    var sent = 0
    var next = ContinuousClock.now
    while ContinuousClock.now < end {
      var messages = (sent..<sent + count).map(stream.message)
      sent += count
      for _ in 0..<max(1, count / 50) {
        messages.append(stream.message(Int.random(in: max(0, sent - Self.memory)..<sent, using: &random)))
      }
      try await sender.send(messages)
      confirmed.update { [sent] in $0 = sent }
      next = max(next + Self.interval, .now - .seconds(1))
      try await Task.sleep(until: next)
    }
  }
}
