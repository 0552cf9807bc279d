/// Why a letter of a plan was certainly not sent.
package enum ReplayObstacle: String, Sendable, CaseIterable {
  /// No queue of the broker takes it: the broker returned it.
  case unroutable
  /// Its properties are malformed, or exceed a frame of the connection, for example because there is no room for the
  /// reference to the plan.
  case unpublishable
  /// An operator discarded it after the plan was made.
  case discarded

  private static let prefix = "not_sent:"

  /// The outcome of the letter as recorded in the plan, such as `not_sent:unroutable`.
  package var outcome: String { Self.prefix + rawValue }

  /// The code in such an outcome; any other outcome is returned unchanged.
  package static func code(of outcome: String) -> String {
    outcome.hasPrefix(prefix) ? String(outcome.dropFirst(prefix.count)) : outcome
  }
}
