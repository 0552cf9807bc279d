/// Why a letter of a plan is certainly not sent.
package enum ReplayObstacle: String, Sendable, CaseIterable {
  /// No queue of the broker takes it: the broker returned it.
  case unroutable
  /// It can't be put into the frames of the connection, such as for headers that have no room for the reference to the
  /// plan.
  case unpublishable
  /// An operator has discarded it after the plan was made.
  case discarded

  private static let prefix = "not_sent:"

  /// What stands as the outcome of the letter in the plan: `not_sent:unroutable`.
  package var outcome: String { Self.prefix + rawValue }

  /// The code in such an outcome.
  package static func code(of outcome: String) -> String {
    outcome.hasPrefix(prefix) ? String(outcome.dropFirst(prefix.count)) : outcome
  }
}
