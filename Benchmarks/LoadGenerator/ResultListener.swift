import Foundation

/// The yardstick's subscriber: receives results as they arrive, and reports the time between the first and the last.
///
/// This program's own consumer would cost more: with both cores busy, that would reduce the throughput it measures.
struct ResultListener {
  private let lines: LineReader

  /// Returns when the subscriber is listening.
  ///
  /// - Parameter exchange: where results are published to. Default: the worker's exchange.
  init(_ laboratory: Laboratory, count: Int, exchange: String = "workspace.results") throws {
    lines = try LineReader(laboratory.yardstick.open(["listen", laboratory.servers.amqp, exchange, "\(count)"]))
    try expect("ready")
  }

  func waitForFirst() throws { try expect("first") }

  /// - Returns: the seconds between the first result and the last.
  func waitForLast() throws -> Double {
    let line = try lines.next()
    guard line.hasPrefix("last "), let seconds = Double(line.dropFirst(5)) else {
      throw Yardstick.Unreadable(output: line)
    }
    return seconds
  }

  private func expect(_ word: String) throws {
    let line = try lines.next()
    guard line == word else { throw Yardstick.Unreadable(output: line) }
  }
}

/// Reads the output of a process line by line.
private final class LineReader {
  private let handle: FileHandle
  private var buffer: [UInt8] = []

  init(_ handle: FileHandle) { self.handle = handle }

  /// Waits for the next line; empty at the end of the output.
  func next() throws -> String {
    while !buffer.contains(UInt8(ascii: "\n")) {
      let data = handle.availableData
      guard !data.isEmpty else { break }
      buffer += data
    }
    let line = buffer.prefix { $0 != UInt8(ascii: "\n") }
    buffer.removeFirst(min(buffer.count, line.count + 1))
    return String(decoding: line, as: UTF8.self)
  }
}
