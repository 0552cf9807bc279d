package import Messaging
import UnitOfWork
import WorkspaceDomain

/// What happens to a command that fails unexpectedly, and to those behind it.
package struct ParkingPolicy: Sendable {
  /// What happens to a tenant's further commands when its line is full.
  package enum Overflow: String, Sendable, CaseIterable {
    /// They still join it, and the log says so, until it has ``reserveLimit`` commands.
    case strict
    /// They go to the dead letters.
    case skip
  }

  /// A line's room for one more command.
  enum Room {
    case regular
    /// The line is full, but still takes the command.
    case reserve
    case none
  }

  /// When a failed command is retried. Default: ``RetrySchedule/standard``.
  package var retries = RetrySchedule.standard
  /// A line with this many commands is full. Default: 10,000.
  package var lineLimit = 10_000
  /// A line is full while one of its commands has waited this long. Default: a day.
  package var lineAge: Duration = .seconds(86_400)
  /// Default: ``Overflow/strict``.
  package var whenFull = Overflow.strict
  /// The maximum size of a full line, with ``Overflow/strict``; not less than ``lineLimit``. Default: 1,000,000.
  package var reserveLimit = 1_000_000
  /// A line with this many bytes of bodies and properties takes no more, whether it is full or not. Default: 4 GiB.
  package var reserveBytes = 4 << 30
  /// A command that has killed this many processes is not run again. Default: 3.
  package var maximumDeaths = 3
  /// How long lines rest when a worker becomes active, so that redeliveries come before them. Default: 2 s.
  package var rest: Duration = .seconds(2)
  /// How often lines are checked while there are any: an operator may have released one. Default: 1 s.
  package var interval: Duration = .seconds(1)

  package init() {}

  /// The longest possible wait of a line for its first command, plus an hour for clocks that differ.
  var longestWait: Duration { (retries.limits.max() ?? .zero) + .seconds(3600) }

  /// The room in `line` for a further command, if `added` commands with this many `bytes` have joined since it was
  /// read.
  func room(in line: ParkedLine, added: Int, bytes: Int, at now: Timestamp) -> Room {
    let count = line.count + added
    guard line.bytes + bytes < reserveBytes else { return .none }
    if count < lineLimit, line.oldest >= now.cutoff(lineAge) { return .regular }
    return whenFull == .strict && count < reserveLimit ? .reserve : .none
  }
}
