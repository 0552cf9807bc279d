package import DeliveryPipeline
import UnitOfWork
import WorkspaceDomain

/// What becomes of a command that fails for a reason which is no rule, and of those behind it.
package struct ParkingPolicy: Sendable {
  /// What becomes of a tenant's further commands when its line takes no more.
  package enum Overflow: String, Sendable, CaseIterable {
    /// They are held, unacknowledged, until it does. Acknowledgements go in order: when the broker has sent as many further
    /// deliveries as it sends ahead, consuming pauses.
    case strict
    /// They go to the dead letters.
    case skip
  }

  /// When a command that failed is tried again. Default: ``RetrySchedule/standard``.
  package var retries = RetrySchedule.standard
  /// A line takes no more commands than this. Default: 10,000.
  package var lineLimit = 10_000
  /// A line takes no more while one of its commands has waited for so long. Default: a day.
  package var lineAge: Duration = .seconds(86_400)
  /// Default: ``Overflow/strict``.
  package var whenFull = Overflow.strict
  /// A command of which so many processes may have died is not begun again. Default: 3.
  package var maximumDeaths = 3
  /// How long lines rest when a worker becomes active, so that what the broker delivers again comes before them.
  /// Default: 2 s.
  package var rest: Duration = .seconds(2)
  /// How often lines are looked at while there are any: an operator may have released one. Default: 1 s.
  package var interval: Duration = .seconds(1)

  package init() {}

  /// Whether `line` takes a further command, when `added` more than it tells have joined it.
  func isFull(_ line: ParkedLine, added: Int, at now: Timestamp) -> Bool {
    line.count + added >= lineLimit || line.oldest < now.cutoff(lineAge)
  }
}
