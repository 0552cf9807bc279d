/// How long after its first processing a command may be repeated under its id.
///
/// A feature that makes an id live longer adds a term here: the inbox must not forget the id earlier.
package struct IdentifierLifetime: Sendable, Equatable {
  package struct Term: Sendable, Equatable {
    /// The setting that determines how long.
    package let setting: String
    package let duration: Duration
  }

  /// They are consecutive, so their durations add up.
  package let terms: [Term]

  /// - Parameter replayWindow: `inbox.replay_window`: a producer's repetitions, time spent in the queue and replays,
  ///   from the first processing to the last repetition.
  package init(replayWindow: Duration) {
    terms = [Term(setting: "inbox.replay_window", duration: replayWindow)]
  }

  package var total: Duration { terms.reduce(.zero) { $0 + $1.duration } }

  /// Whether entries that are kept for `retention` answer every repetition.
  package func isCovered(by retention: Duration) -> Bool { retention >= total }
}
