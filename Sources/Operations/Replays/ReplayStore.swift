package import WorkspaceDomain

/// Port: plans to send dead letters again, for the operator who makes and runs them.
///
/// Every method throws the store's error, for the operator to read.
package protocol ReplayStore: Sendable {
  /// Makes a plan of the letters that match `filter` and are not discarded. A letter that another plan will send, may
  /// have sent or has sent is left out; with `again`, one that another plan has sent is included. One plan is made at a
  /// time.
  ///
  /// - Parameter body: the corrected body; nil: each letter keeps its own.
  /// - Returns: how many letters the plan has; if none, no plan is made.
  func make(_ plan: ReplayPlan, of filter: DeadLetterFilter, again: Bool, body: [UInt8]?) async throws -> Int

  /// Claims the right to run a plan, until this process closes its connection or dies.
  ///
  /// - Returns: false while another process has it.
  func claim(_ plan: ULID) async throws -> Bool

  /// A plan; nil if there is none with this id.
  func plan(_ id: ULID) async throws -> ReplayPlan?

  /// Plans, the newest first.
  func plans(limit: Int) async throws -> [ReplayPlan]

  /// The progress of a plan.
  func progress(_ plan: ULID) async throws -> ReplayProgress

  /// What happened to a letter in each plan that had it, the earliest first.
  func history(of letter: ULID) async throws -> [ReplayRecord]

  /// The next letters of a plan, in the order of recording. From here on they count as possibly sent. Those discarded
  /// after the plan was made are skipped, and recorded as not sent.
  ///
  /// - Parameters:
  ///   - limit: the largest number of letters examined; fewer are returned if some were discarded.
  ///   - bytes: the result ends after the letter that reaches this size; it has at least one.
  func next(_ plan: ULID, limit: Int, bytes: Int, at now: Timestamp) async throws -> [ReplayLetter]

  /// Records that the broker has these letters.
  func confirm(_ plan: ULID, _ letters: [ULID], at now: Timestamp) async throws

  /// Records that these letters were certainly not sent, and that this plan won't send them.
  func giveUp(_ plan: ULID, _ letters: [(id: ULID, obstacle: ReplayObstacle)], at now: Timestamp) async throws

  /// Records that these letters were certainly not sent, and remain to be sent.
  func putBack(_ plan: ULID, _ letters: [ULID]) async throws

  /// Decides about the letters that may or may not have been sent.
  ///
  /// - Parameter sends: true: they are sent (again); false: they are given up.
  /// - Returns: how many there were.
  func settleUnsure(_ plan: ULID, sends: Bool) async throws -> Int
}
