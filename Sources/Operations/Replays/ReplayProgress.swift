import WorkspaceApplication

/// How far a plan is, and what came of it.
package struct ReplayProgress: Sendable, Equatable {
  /// Not sent yet.
  package var pending = 0
  /// Handed to the broker by a process that did not live to hear whether it took them.
  package var unsure = 0
  /// The broker has them.
  package var published = 0
  /// Given up: by an operator, or because they can't be sent.
  package var skipped = 0
  /// Why some of those can't be sent, by the code of a ``ReplayObstacle``, and how many they are.
  package var notSent: [String: Int] = [:]
  /// What the worker made of those that are published, and how often; the others have no outcome yet. By the text that
  /// was recorded (``ReplayOutcome/text``), also by another version of this program.
  package var outcomes: [String: Int] = [:]

  package init() {}

  package var total: Int { pending + unsure + published + skipped }
  package var known: Int { outcomes.values.reduce(0, +) }
  package var waiting: Int { published - known }

  /// Those that nobody has decided against, and that can't be sent all the same.
  package var unsendable: Int { notSent.reduce(0) { $0 + ($1.key == ReplayObstacle.discarded.rawValue ? 0 : $1.value) } }

  /// Those that are dead letters again.
  package var failed: Int { outcomes.reduce(0) { $0 + (Outcome.Kind(ofText: $1.key) == .deadLettered ? $1.value : 0) } }
}
