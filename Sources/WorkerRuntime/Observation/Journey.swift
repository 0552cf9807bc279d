/// Where the time of a delivery went. Its parts follow one another without a gap, so they add up to ``total``.
package struct Journey: Sendable, Equatable {
  /// From the time that its publisher gave to its arrival; nil where none was given. The clocks of two machines: never
  /// negative.
  package let queue: Duration?
  /// From its arrival to the beginning of its transaction.
  package let batch: Duration
  /// From there to the commit.
  package let commit: Duration
  /// From there to the broker's confirm of its messages.
  package let publish: Duration
  /// Where it is sampled.
  package let trace: MessageTrace?

  package var total: Duration { (queue ?? .zero) + batch + commit + publish }
}

/// A delivery whose transaction has committed.
package struct Departure: Sendable {
  package let receivedAt: ContinuousClock.Instant
  /// Where it is sampled.
  package let trace: MessageTrace?
  /// How long it had been on its way before.
  package let queue: Duration?
}

/// What came of publishing what one transaction committed.
package struct PublicationReport: Sendable {
  package let messageCount: Int
  /// From handing the messages over to their last confirm.
  package let duration: Duration
  /// Of each delivery of the transaction.
  package let journeys: [Journey]

  package init(messageCount: Int, duration: Duration, journeys: [Journey]) {
    self.messageCount = messageCount
    self.duration = duration
    self.journeys = journeys
  }
}
