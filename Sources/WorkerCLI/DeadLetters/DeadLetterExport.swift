import ArgumentParser
import FileFormats
import FoundationEssentials
import Observability
import Operations
import UnitOfWork

struct DeadLetterExport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Writes dead letters to standard output, one JSON object per line, newest first.",
    discussion: "Contains everything recorded, byte for byte, in either format. Exits 2 when nothing matches.")

  @OptionGroup var letters: ChosenLetters
  @OptionGroup var options: ConfigurationOptions
  /// Accepted as by every command that prints data; both formats are JSON Lines.
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await OperatorSession.run(options) { session in
      let encoder = JSONEncoder.output
      let count = try await session.deadLetters.export(letters.options.filter(on: session.servers)) { letter in
        try StandardOutput.write(Array(try encoder.encode(DeadLetterLine(letter))) + [0x0A])
      }
      if count == 0 { throw ExitCode.no }
    }
  }
}

struct DeadLetterImport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Adds dead letters from a file written by export ('-' for standard input).",
    discussion: """
      Files from earlier versions are accepted, too. Existing letters are left unchanged, so that importing \
      again is harmless. Stops at the first invalid line and reports its number; the lines before it have been \
      added.
      """)

  @Argument(help: "The file.")
  var file: String
  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let lines = try LineInput(path: file)
    try await OperatorSession.run(options) { session in
      var intake = DeadLetterIntake(into: session.deadLetters)
      var number = 0
      while let line = try lines.next() {
        number += 1
        guard !line.isBlank else { continue }
        do {
          try await intake.add(try letter(line, number), bytes: line.count)
        } catch let problem as ValidationError {
          try await intake.finish()
          StandardError.write("workspace-worker: \(intake.added) of the \(number - 1) letters before it were added\n")
          throw problem
        }
      }
      try await intake.finish()
      let added = intake.added
      try output.print(["lines": number, "added": added], text: "\(added) of \(number) letters added")
    }
  }

  private func letter(_ line: [UInt8], _ number: Int) throws -> DeadLetter {
    do {
      return try DeadLetterLine(json: Data(line)).letter()
    } catch let problem as DeadLetterLine.Problem {
      throw ValidationError("line \(number): \(problem)")
    } catch {
      throw ValidationError("line \(number) is not a dead letter in the export format")
    }
  }
}
