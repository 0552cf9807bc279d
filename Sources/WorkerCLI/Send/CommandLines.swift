import Glibc

/// Commands, one after the other.
protocol CommandLines {
  /// How many there are, where that is known.
  var count: Int? { get }
  /// - Throws: ``InvalidLine``.
  mutating func next() throws -> OutgoingCommand?
}

/// A line that can't be sent.
struct InvalidLine: Error, CustomStringConvertible {
  let number: Int

  var description: String { "line \(number) is not a JSON object with a type; the lines before it were sent" }
}

/// One command.
struct OneLine: CommandLines {
  private var command: OutgoingCommand?
  let count: Int? = 1

  init(_ command: OutgoingCommand) { self.command = command }

  mutating func next() -> OutgoingCommand? { command.take() }
}

/// A file of JSON Lines, read as it is needed; empty lines are passed over.
struct FileLines: CommandLines {
  let count: Int?
  private let input: LineInput
  private var number = 0

  /// - Parameter path: `-` for standard input, whose lines can't be counted.
  init(path: String) throws {
    count = path == "-" ? nil : try LineInput(path: path).countLines()
    input = try LineInput(path: path)
  }

  mutating func next() throws -> OutgoingCommand? {
    while let line = input.next() {
      number += 1
      if line.isBlank { continue }
      guard let command = OutgoingCommand(line: line) else { throw InvalidLine(number: number) }
      return command
    }
    return nil
  }
}

/// The lines of a file, by getline(3).
private final class LineInput {
  struct Unreadable: Error, CustomStringConvertible {
    let path: String
    let code: Int32

    var description: String { "\(path) can't be read: \(String(cString: strerror(code)))" }
  }

  private let file: UnsafeMutablePointer<FILE>
  private var buffer: UnsafeMutablePointer<CChar>?
  private var capacity = 0

  init(path: String) throws {
    guard let file = path == "-" ? fdopen(dup(STDIN_FILENO), "r") : fopen(path, "r") else { throw Unreadable(path: path, code: errno) }
    self.file = file
  }

  deinit {
    free(buffer)
    fclose(file)
  }

  /// The next line without its line feed; nil at the end.
  func next() -> [UInt8]? {
    let length = getline(&buffer, &capacity, file)
    guard length >= 0, let buffer else { return nil }
    let bytes = UnsafeRawBufferPointer(start: buffer, count: length)
    return Array(bytes.last == 0x0A ? bytes.dropLast() : bytes[...])
  }

  func countLines() -> Int {
    var count = 0
    while let line = next() { if !line.isBlank { count += 1 } }
    return count
  }
}

extension [UInt8] {
  fileprivate var isBlank: Bool { allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D } }
}
