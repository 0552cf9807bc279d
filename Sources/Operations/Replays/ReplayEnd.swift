/// Why a run of a plan ended.
package enum ReplayEnd: String, Encodable, Sendable {
  /// All letters are sent and executed.
  case done
  /// All letters are sent; outcomes were not waited for.
  case sent
  /// Too many letters are dead letters again; of the canary, or at the end of a plan, one is enough.
  case failures
  /// Some letters can't be sent, and are recorded with the reason.
  case notSent = "not_sent"
  /// The broker refuses more for now. The refused letters remain to be sent.
  case refused
  /// Some of the letters sent had no outcome in time: is a worker active?
  case noOutcome = "no_outcome"
  /// The run was stopped by a signal.
  case stopped
}
