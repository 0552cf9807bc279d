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
