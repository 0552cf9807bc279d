/// What is known of messages that have killed processes: those that a process was handling when it ended itself, by a
/// trap, a fault or abort(). A process that was ended from outside, or cut off, was killed by none.
package struct FatalMessages: Sendable, Equatable {
  /// The SHA-256 of a message's body: the body alone determines how a message is processed, so also whether it kills.
  package typealias BodyHash = [UInt8]

  package struct Deaths: Sendable, Equatable {
    /// How many processes it has killed.
    package let count: Int
    /// Whether the last of them had decoded it.
    package let isDecodable: Bool

    package init(count: Int, isDecodable: Bool) {
      self.count = count
      self.isDecodable = isDecodable
    }
  }

  package let deaths: [BodyHash: Deaths]
  /// Whether the previous active process ended itself while handling no message: one of those it had received, which
  /// are redelivered, may be to blame.
  package let isUnexplained: Bool

  package init(deaths: [BodyHash: Deaths] = [:], isUnexplained: Bool = false) {
    self.deaths = deaths
    self.isUnexplained = isUnexplained
  }

  package var isEmpty: Bool { deaths.isEmpty }
}
