import ArgumentParser
import FileFormats
import FoundationEssentials
import PostgresStore
import UnitOfWork
import WorkspaceDomain

struct DeadLetterExport: AsyncParsableCommand {
  private static let page = 200

  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Writes dead letters to standard output, one JSON object a line, the latest first.",
    discussion: "Everything that was recorded is in it, byte for byte. Exits 2 when nothing matches.")

  @OptionGroup var letters: ChosenLetters
  @OptionGroup var options: ConfigurationOptions

  func run() async throws {
    try await DeadLettersCommand.withLedger(options) { ledger, servers in
      let filter = letters.options.filter(on: servers)
      let encoder = JSONEncoder.output
      var last: ULID?
      while true {
        let records = try await ledger.records(filter, before: last, limit: Self.page)
        guard let end = records.last?.id else { break }
        for record in records {
          try StandardOutput.write(Array(try encoder.encode(DeadLetterLine(record))) + [0x0A])
        }
        last = end
      }
      if last == nil { throw ExitCode.no }
    }
  }
}

struct DeadLetterImport: AsyncParsableCommand {
  /// What is added in one go: so many letters, or those with which there are so many bytes.
  private static let batch = 200
  private static let batchBytes = 16 << 20

  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Adds dead letters from a file that export has written ('-' for standard input).",
    discussion: """
      Files of earlier versions are read, too. Letters that are there already are left as they are, so that importing \
      again does no harm. Ends at the first line that is wrong, with its number; what stands well before it has been \
      added then.
      """)

  @Argument(help: "The file.")
  var file: String
  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let lines = try LineInput(path: file)
    try await DeadLettersCommand.withLedger(options) { ledger, _ in
      var (number, added) = (0, 0)
      var batch: [DeadLetterLine] = []
      var bytes = 0
      while let line = try lines.next() {
        number += 1
        if line.isBlank { continue }
        batch.append(try parse(line, number))
        bytes += line.count
        if batch.count == Self.batch || bytes >= Self.batchBytes {
          added += try await ledger.add(batch.map { try $0.letter() })
          (batch, bytes) = ([], 0)
        }
      }
      added += try await ledger.add(batch.map { try $0.letter() })
      try output.print(["lines": number, "added": added], text: "\(added) of \(number) letters were added")
    }
  }

  private func parse(_ line: [UInt8], _ number: Int) throws -> DeadLetterLine {
    do {
      let parsed = try DeadLetterLine(json: Data(line))
      _ = try parsed.letter()
      return parsed
    } catch let problem as DeadLetterLine.Problem {
      throw ValidationError("line \(number): \(problem)")
    } catch {
      throw ValidationError("line \(number) is no dead letter as export writes it")
    }
  }
}
