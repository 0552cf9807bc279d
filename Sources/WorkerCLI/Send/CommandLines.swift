import Operations

/// A line that can't be sent, or that could only become a dead letter.
struct InvalidLine: Error, CustomStringConvertible {
  let number: Int
  let problem: String
  /// Whether lines are sent as they are read, so that earlier ones have already been sent.
  let isSending: Bool

  var description: String {
    "line \(number) \(problem); \(isSending ? "the lines before it were sent" : "nothing was sent")"
  }
}

/// A file without a command.
struct NoCommands: Error, CustomStringConvertible {
  let path: String

  var description: String {
    "\(path == "-" ? "standard input" : path) has no commands: each line must be one CloudEvent"
  }
}

/// A source of a single command.
struct OneLine: CommandSource {
  private var command: OutgoingCommand?
  let count: Int? = 1

  init(_ command: OutgoingCommand) { self.command = command }

  mutating func next() -> OutgoingCommand? { command.take() }
}

/// A file of JSON Lines, read as needed; blank lines are skipped.
struct FileLines: CommandSource {
  let count: Int?
  private let path: String
  private let check: CommandCheck
  private let isSending: Bool
  private let input: LineInput
  private var number = 0
  private var commands = 0

  /// Reads a file completely before anything is sent, so that nothing is sent if a line is wrong.
  ///
  /// - Parameter path: the file; `-` for standard input, which can't be read twice and so is not checked beforehand.
  init(path: String, check: CommandCheck) throws {
    try self.init(path: path, check: check, count: path == "-" ? nil : Self.count(path, check), isSending: true)
  }

  private init(path: String, check: CommandCheck, count: Int?, isSending: Bool) throws {
    self.path = path
    self.check = check
    self.count = count
    self.isSending = isSending
    input = try LineInput(path: path)
  }

  private static func count(_ path: String, _ check: CommandCheck) throws -> Int {
    var lines = try FileLines(path: path, check: check, count: nil, isSending: false)
    while try lines.next() != nil {}
    return lines.commands
  }

  /// - Throws: ``InvalidLine``, ``NoCommands``, ``LineInput/Unreadable``.
  mutating func next() throws -> OutgoingCommand? {
    while let line = try input.next() {
      number += 1
      if line.isBlank { continue }
      guard let command = OutgoingCommand(line: line) else {
        throw InvalidLine(number: number, problem: "is not a JSON object with a type", isSending: isSending)
      }
      if let problem = check.problem(of: command) {
        throw InvalidLine(number: number, problem: "can only become a dead letter: \(problem)", isSending: isSending)
      }
      commands += 1
      return command
    }
    guard commands > 0 else { throw NoCommands(path: path) }
    return nil
  }
}
