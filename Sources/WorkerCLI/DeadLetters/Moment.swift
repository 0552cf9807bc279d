import ArgumentParser
import FoundationEssentials
import Settings
import UnitOfWork
import WorkerRuntime
import WorkspaceDomain

/// A point in time as written by an operator: a day or a time in UTC, or how long ago it was.
struct Moment: ExpressibleByArgument {
  let timestamp: Timestamp

  init?(argument: String) {
    guard let timestamp = Self.ago(argument) ?? Self.time(argument) ?? Self.time(argument + "T00:00:00Z") else {
      return nil
    }
    self.timestamp = timestamp
  }

  private static func ago(_ text: String) -> Timestamp? {
    Duration(setting: text).map { SystemWallClock().now().cutoff($0) }
  }

  private static func time(_ text: String) -> Timestamp? {
    let styles = [Date.ISO8601FormatStyle(includingFractionalSeconds: true), Date.ISO8601FormatStyle()]
    for style in styles {
      guard let date = try? style.parse(text) else { continue }
      return Timestamp(milliseconds: Int64((date.timeIntervalSince1970 * 1000).rounded()))
    }
    return nil
  }
}
