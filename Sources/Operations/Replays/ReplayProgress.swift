import WorkspaceApplication

/// The progress and outcomes of a plan.
package struct ReplayProgress: Sendable, Equatable {
  /// Not sent yet.
  package var pending = 0
  /// Handed to the broker by a process that died before learning whether the broker took them.
  package var unsure = 0
  /// The broker has them.
  package var published = 0
  /// Given up: by an operator, or because they can't be sent.
  package var skipped = 0
  /// The number of skipped letters that can't be sent, by the code of a ``ReplayObstacle``.
  package var notSent: [String: Int] = [:]
  /// The number of published letters by the worker's outcome; the rest have none yet. The keys are the recorded texts
  /// (``ReplayOutcome/text``), possibly of another version of this program.
  package var outcomes: [String: Int] = [:]

  package init() {}

  package var total: Int { pending + unsure + published + skipped }
  package var known: Int { outcomes.values.reduce(0, +) }
  package var waiting: Int { published - known }

  /// Letters that can't be sent although no operator discarded them.
  package var unsendable: Int {
    notSent.reduce(0) { $0 + ($1.key == ReplayObstacle.discarded.rawValue ? 0 : $1.value) }
  }

  /// Letters that are dead letters again.
  package var failed: Int { outcomes.reduce(0) { $0 + (Outcome.Kind(ofText: $1.key) == .deadLettered ? $1.value : 0) } }
}
