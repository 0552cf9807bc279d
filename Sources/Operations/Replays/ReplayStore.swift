package import WorkspaceDomain

/// Port: plans to send dead letters again, for the operator who makes and works them.
///
/// Everything throws what the store says, for the operator to read.
package protocol ReplayStore: Sendable {
  /// Makes a plan of the letters that `filter` means and that are not discarded. A letter that another plan has is left
  /// out; with `again`, only one that another plan is going to send, or has perhaps sent. One plan is made at a time.
  ///
  /// - Parameter body: instead of the letter's own, where it has been corrected.
  /// - Returns: how many letters it has; with none there is no plan.
  func make(_ plan: ReplayPlan, of filter: DeadLetterFilter, again: Bool, body: [UInt8]?) async throws -> Int

  /// Claims the right to work a plan, until this process closes its connection or dies.
  ///
  /// - Returns: false while another one has it.
  func claim(_ plan: ULID) async throws -> Bool

  /// A plan; nil where there is none of this id.
  func plan(_ id: ULID) async throws -> ReplayPlan?

  /// Plans, the latest first.
  func plans(limit: Int) async throws -> [ReplayPlan]

  /// How far a plan is.
  func progress(_ plan: ULID) async throws -> ReplayProgress

  /// What became of a letter in each plan that had it, the earliest first.
  func history(of letter: ULID) async throws -> [ReplayRecord]

  /// The next letters of a plan, in the order of recording. From here on they count as perhaps sent. Those that were
  /// discarded after the plan was made are passed over, and noted as not sent.
  ///
  /// - Parameters:
  ///   - limit: the largest number of letters that are looked at; fewer come back where some were discarded.
  ///   - bytes: they end behind the letter with which they have so many; there is one at least.
  func next(_ plan: ULID, limit: Int, bytes: Int, at now: Timestamp) async throws -> [ReplayLetter]

  /// The broker has these letters.
  func confirm(_ plan: ULID, _ letters: [ULID], at now: Timestamp) async throws

  /// These letters were certainly not sent, and this plan won't send them.
  func giveUp(_ plan: ULID, _ letters: [(id: ULID, obstacle: ReplayObstacle)], at now: Timestamp) async throws

  /// These letters were certainly not sent, and are to be.
  func putBack(_ plan: ULID, _ letters: [ULID]) async throws

  /// Decides about the letters that may have been sent, or not.
  ///
  /// - Parameter sends: whether they are sent (again), or given up.
  /// - Returns: how many there were.
  func settleUnsure(_ plan: ULID, sends: Bool) async throws -> Int
}
