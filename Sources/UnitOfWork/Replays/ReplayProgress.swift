/// How far a plan is, and what came of it.
package struct ReplayProgress: Sendable, Equatable {
  /// Not sent yet.
  package var pending = 0
  /// Handed to the broker by a process that did not live to hear whether it took them.
  package var unsure = 0
  /// The broker has them.
  package var published = 0
  /// Given up by an operator.
  package var skipped = 0
  /// What the worker made of those that are published, and how often; the others have no outcome yet.
  package var outcomes: [String: Int] = [:]

  package init() {}

  package var total: Int { pending + unsure + published + skipped }
  package var known: Int { outcomes.values.reduce(0, +) }
  package var waiting: Int { published - known }

  /// Those that are dead letters again.
  package var failed: Int { outcomes.reduce(0) { $0 + ($1.key.hasPrefix("dead_lettered:") ? $1.value : 0) } }
}
