/// Why a letter of a plan was certainly not sent.
package enum ReplayObstacle: String, Sendable, CaseIterable {
  /// No queue of the broker takes it: the broker returned it.
  case unroutable
  /// It can't be put into the frames of the connection, for example because its headers have no room for the reference
  /// to the plan.
  case unpublishable
  /// An operator has discarded it after the plan was made.
  case discarded

  private static let prefix = "not_sent:"

  /// The outcome of the letter as recorded in the plan: `not_sent:unroutable`.
  package var outcome: String { Self.prefix + rawValue }

  /// The code in such an outcome.
  package static func code(of outcome: String) -> String {
    outcome.hasPrefix(prefix) ? String(outcome.dropFirst(prefix.count)) : outcome
  }
}
