/// A drain that could not finish the work in progress. Nothing is lost: deliveries are redelivered, and the next worker
/// publishes what is in the outbox.
package struct DrainCutShort: Error, CustomStringConvertible {
  /// The work in progress; nil if unknown.
  package let left: SessionFigures?
  /// What cut it short.
  package let reason: String

  package init(left: SessionFigures?, reason: String) {
    self.left = left
    self.reason = reason
  }

  package var description: String {
    let words = "draining was cut short: \(reason)"
    guard let left else { return "\(words); work in progress is redelivered" }
    return "\(words); left behind: \(left.unacknowledged) deliveries, which the broker redelivers, and "
      + "\(left.unpublished) outbox entries, which the next worker publishes"
  }
}
