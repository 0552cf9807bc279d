/// When the plans of the prepared statements are to be made anew: each time that the tables may have doubled since.
///
/// A generic plan is kept until ANALYZE comes by, which is a minute late, or much more. One that was made while a table
/// was empty may take the wrong one of two indexes, for on an empty table they cost the same: and then each look-up of
/// a name walks through all workspaces of its tenant. The planner asks for the real size of a table whenever it plans,
/// so planning again is enough, and costs a few milliseconds, ever more rarely.
struct PlanRenewal {
  private var written = 0
  private var threshold = 256

  /// Rows were written.
  ///
  /// - Returns: whether plans are to be renewed now.
  mutating func isDue(afterWriting rows: Int) -> Bool {
    written += rows
    guard written >= threshold else { return false }
    threshold = written * 2
    return true
  }
}
