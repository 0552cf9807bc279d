/// Decides when to renew the plans of prepared statements: each time that the tables may have doubled.
///
/// A generic plan is kept until ANALYZE runs, after a minute or much later. A plan made while a table was empty may
/// take the wrong one of two indexes, since on an empty table they cost the same; then each look-up by name walks
/// through all workspaces of its tenant. The planner looks at the real size of a table whenever it plans, so planning
/// again is enough. It costs a few milliseconds, ever more rarely.
struct PlanRenewal {
  private var written = 0
  private var threshold = 256

  /// Counts written rows.
  ///
  /// - Returns: whether plans are to be renewed now.
  mutating func isDue(afterWriting rows: Int) -> Bool {
    written += rows
    guard written >= threshold else { return false }
    threshold = written * 2
    return true
  }
}
