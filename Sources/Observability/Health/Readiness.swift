/// Whether the worker is ready, and if not, what is missing.
package struct Readiness: Sendable, Equatable {
  /// `active` or `standby`, or what the worker is doing instead.
  package let state: String
  /// What is missing, by condition; no secrets. Ready if empty.
  package let missing: [String: String]
  /// What an operator should know, whether the worker is ready or not; no secrets.
  package let warnings: [String]
  /// The active worker, if this one stands by; nil if unknown.
  package let activeWorker: String?
  /// `answered`, that only the primary answers and why, or why queries are not answered. Does not affect readiness,
  /// which is about commands.
  package let queries: String?

  package init(
    state: String, missing: [String: String], warnings: [String] = [], activeWorker: String? = nil,
    queries: String? = nil
  ) {
    self.queries = queries
    self.activeWorker = activeWorker
    self.state = state
    self.missing = missing
    self.warnings = warnings
  }
}
