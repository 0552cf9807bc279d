package import Messaging
import UnitOfWork
import WorkspaceDomain

/// What becomes of a command that fails for a reason which is no rule, and of those behind it.
package struct ParkingPolicy: Sendable {
  /// What becomes of a tenant's further commands when its line is full.
  package enum Overflow: String, Sendable, CaseIterable {
    /// They join it all the same, and the log says so, until it has ``reserveLimit`` commands or ``reserveBytes`` bytes.
    case strict
    /// They go to the dead letters.
    case skip
  }

  /// What a line has for one more command.
  enum Room {
    case regular
    /// It is full, and takes it all the same.
    case reserve
    case none
  }

  /// When a command that failed is tried again. Default: ``RetrySchedule/standard``.
  package var retries = RetrySchedule.standard
  /// A line with so many commands is full. Default: 10,000.
  package var lineLimit = 10_000
  /// A line is full while one of its commands has waited for so long. Default: a day.
  package var lineAge: Duration = .seconds(86_400)
  /// Default: ``Overflow/strict``.
  package var whenFull = Overflow.strict
  /// What a full line may have at most, with ``Overflow/strict``. Default: 1,000,000.
  package var reserveLimit = 1_000_000
  /// The same in bytes of bodies and headers. Default: 4 GiB.
  package var reserveBytes = 4 << 30
  /// A command that so many processes have died of is not begun again. Default: 3.
  package var maximumDeaths = 3
  /// How long lines rest when a worker becomes active, so that what the broker delivers again comes before them.
  /// Default: 2 s.
  package var rest: Duration = .seconds(2)
  /// How often lines are looked at while there are any: an operator may have released one. Default: 1 s.
  package var interval: Duration = .seconds(1)

  package init() {}

  /// What `line` has for a further command, when `added` more with so many `bytes` than it tells have joined it.
  func room(in line: ParkedLine, added: Int, bytes: Int, at now: Timestamp) -> Room {
    let count = line.count + added
    if count < lineLimit, line.oldest >= now.cutoff(lineAge) { return .regular }
    let hasReserve = count < reserveLimit && line.bytes + bytes < reserveBytes
    return whenFull == .strict && hasReserve ? .reserve : .none
  }
}
