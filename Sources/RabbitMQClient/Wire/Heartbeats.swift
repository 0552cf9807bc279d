/// When to send a heartbeat, and when the peer has been silent for too long. Pure.
///
/// Source: https://www.rabbitmq.com/docs/heartbeats: a heartbeat is sent after half of the interval without other data,
/// and after two intervals of silence the peer counts as gone.
struct Heartbeats {
  /// Nil: no heartbeats were agreed on.
  private let interval: Duration?
  private var lastSent: ContinuousClock.Instant
  private var lastReceived: ContinuousClock.Instant

  /// - Parameter seconds: as both sides agreed on; 0: none.
  init(seconds: Int, now: ContinuousClock.Instant) {
    interval = seconds > 0 ? .seconds(seconds) : nil
    (lastSent, lastReceived) = (now, now)
  }

  mutating func sent(at now: ContinuousClock.Instant) { lastSent = now }
  mutating func received(at now: ContinuousClock.Instant) { lastReceived = now }

  /// When the next heartbeat is to be sent; nil: never.
  var due: ContinuousClock.Instant? { interval.map { lastSent + $0 / 2 } }
  /// When the peer counts as gone, if nothing can be read from it by then; nil: never.
  var end: ContinuousClock.Instant? { interval.map { lastReceived + $0 * 2 } }
}
