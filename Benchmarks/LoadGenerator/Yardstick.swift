import Messaging

/// The yardstick: a bare C program that does the I/O of a command without domain logic, on the same servers.
struct Yardstick {
  struct Unreadable: Error, CustomStringConvertible {
    let output: String
    var description: String { "the yardstick's output can't be read: \(output)" }
  }

  private let laboratory: Laboratory

  init(_ laboratory: Laboratory) { self.laboratory = laboratory }

  static let queue: ShortString = "yardstick.in"

  /// Starts a process that answers `count` commands from ``queue``, in one transaction each.
  func startAnswering(_ count: Int) throws -> RunningProcess {
    try fill(0)
    return try laboratory.yardstick.start(answering(count, batch: 1))
  }

  /// Commands per second in transactions of `batch` commands, with two messages published and confirmed per command.
  func perSecond(_ count: Int, batch: Int) throws -> Double {
    try fill(count)
    return try value("per_second=", of: laboratory.yardstick.run(answering(count, batch: batch)))
  }

  /// Commands per second with rows and messages like the worker's and a subscriber to the results, measured as in the
  /// worker's runs, from the first result to the last.
  func perSecondAlike(_ count: Int, batch: Int) throws -> Double {
    try fill(count)
    let listener = try ResultListener(laboratory, count: count, exchange: "l.out")
    let process = try laboratory.yardstick.start(answering(count, batch: batch) + ["alike"])
    defer { process.stop() }
    try listener.waitForFirst()
    return Double(count - 1) / (try listener.waitForLast())
  }

  private func fill(_ count: Int) throws {
    _ = try laboratory.yardstick.run(["fill", laboratory.servers.amqp, "yardstick.in", "\(count)"])
  }

  private func answering(_ count: Int, batch: Int) -> [String] {
    ["full", laboratory.servers.amqp, "yardstick.in", "\(count)", "\(batch)", laboratory.servers.postgres]
  }

  private func value(_ label: String, of output: String) throws -> Double {
    guard let field = output.split(whereSeparator: \.isWhitespace).first(where: { $0.hasPrefix(label) }),
      let value = Double(field.dropFirst(label.count))
    else { throw Unreadable(output: output) }
    return value
  }
}
