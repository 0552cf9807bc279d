/// Why a run of a plan ended.
package enum ReplayEnd: String, Encodable, Sendable {
  /// All are sent and carried out.
  case done
  /// All are sent; nobody waited for more.
  case sent
  /// Too many of them are dead letters again, or one of the canary is; at the end of a plan, any.
  case failures
  /// Some can't be sent, and are noted with the reason.
  case notSent = "not_sent"
  /// The broker takes no more now. Those that it refused are still to be sent.
  case refused
  /// What was sent has had no outcome for too long: is a worker active?
  case noOutcome = "no_outcome"
  /// By a signal.
  case stopped
}
