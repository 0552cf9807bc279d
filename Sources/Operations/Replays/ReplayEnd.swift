/// Why a run of a plan ended.
package enum ReplayEnd: String, Encodable, Sendable {
  /// All are sent and executed.
  case done
  /// All are sent; outcomes were not waited for.
  case sent
  /// Too many are dead letters again, or one of the canary is; at the end of a plan, any.
  case failures
  /// Some can't be sent, and are recorded with the reason.
  case notSent = "not_sent"
  /// The broker currently takes no more. The refused ones remain to be sent.
  case refused
  /// Letters sent have had no outcome for too long: is a worker active?
  case noOutcome = "no_outcome"
  /// By a signal.
  case stopped
}
