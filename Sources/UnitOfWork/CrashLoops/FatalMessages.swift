/// What is known of messages that processes have died of: those that a process had in hand when it ended itself, by a trap, a
/// fault or abort(). A process that was ended from outside, or cut off, has died of none.
package struct FatalMessages: Sendable, Equatable {
  /// The SHA-256 of a message's body: the body alone is enough to understand a message, so also to die of it.
  package typealias BodyHash = [UInt8]

  package struct Deaths: Sendable, Equatable {
    /// How many processes have died of it.
    package let count: Int
    /// The last of them had decoded it.
    package let isDecodable: Bool

    package init(count: Int, isDecodable: Bool) {
      self.count = count
      self.isDecodable = isDecodable
    }
  }

  package let deaths: [BodyHash: Deaths]
  /// The process that was active before ended itself with no message in hand: one of those that it had taken, and that come
  /// again, may be to blame.
  package let isUnexplained: Bool

  package init(deaths: [BodyHash: Deaths] = [:], isUnexplained: Bool = false) {
    self.deaths = deaths
    self.isUnexplained = isUnexplained
  }

  package var isEmpty: Bool { deaths.isEmpty }
}
