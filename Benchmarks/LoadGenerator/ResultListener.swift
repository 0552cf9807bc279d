import Foundation

/// The yardstick's subscriber: it takes results as they come, and reports the time between the first and the last.
///
/// Not this program's own consumer, since both cores are busy, and the cost of measuring would reduce what is measured.
struct ResultListener {
  private let lines: LineReader

  /// Returns when it is listening to `exchange`: by default, to the worker's results.
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

/// What a process writes, line by line.
private final class LineReader {
  private let handle: FileHandle
  private var buffer: [UInt8] = []

  init(_ handle: FileHandle) { self.handle = handle }

  /// Waits for the next line; empty at the end.
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
