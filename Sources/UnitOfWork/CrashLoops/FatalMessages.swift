/// What is known about messages that have killed processes. A message has killed a process if the process was handling
/// it when it crashed by a trap, a fault or abort(). If a process was killed from outside, or lost its session or its
/// machine, no message is blamed.
package struct FatalMessages: Sendable, Equatable {
  /// The SHA-256 of a message's body: the body alone determines how a message is processed, and so whether it kills.
  package typealias BodyHash = [UInt8]

  package struct Deaths: Sendable, Equatable {
    /// How many processes the message has killed.
    package let count: Int
    /// Whether the last of these processes had decoded the message.
    package let isDecodable: Bool

    package init(count: Int, isDecodable: Bool) {
      self.count = count
      self.isDecodable = isDecodable
    }
  }

  package let deaths: [BodyHash: Deaths]
  /// Whether the previous active process crashed while it was handling no message. One of the messages that it had
  /// received, which are redelivered, may be to blame.
  package let isUnexplained: Bool

  package init(deaths: [BodyHash: Deaths] = [:], isUnexplained: Bool = false) {
    self.deaths = deaths
    self.isUnexplained = isUnexplained
  }

  package func without(_ messages: [BodyHash]) -> FatalMessages {
    FatalMessages(deaths: deaths.filter { !messages.contains($0.key) }, isUnexplained: isUnexplained)
  }

  package var isEmpty: Bool { deaths.isEmpty }
}
