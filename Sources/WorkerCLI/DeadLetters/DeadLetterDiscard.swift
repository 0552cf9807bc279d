import ArgumentParser
import Operations

struct DeadLetterDiscard: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "discard",
    abstract: "Discards dead letters: they are not listed or replayed, but kept until their retention ends.",
    discussion: "dead-letters restore reverts this. Exits 2 when nothing matches.")

  @OptionGroup var letters: ChosenLetters
  @OptionGroup var person: OperatorOptions
  @Option(help: "Why: kept with the letters.")
  var because: String
  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (1...500).contains(because.unicodeScalars.count) else {
      throw ValidationError("--because takes 1 to 500 characters.")
    }
  }

  func run() async throws {
    try await OperatorSession.run(options) { session in
      let count = try await session.deadLetters.discard(
        letters.options.filter(on: session.servers), by: person.name, because: because, at: session.now)
      try output.print(["discarded": count], text: "\(count) letters discarded")
      if count == 0 { throw ExitCode.no }
    }
  }
}

struct DeadLetterRestore: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "Restores discarded dead letters.",
    discussion: "Exits 2 when nothing matches.")

  @OptionGroup var letters: ChosenLetters
  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await OperatorSession.run(options) { session in
      let count = try await session.deadLetters.restore(letters.options.filter(on: session.servers))
      try output.print(["restored": count], text: "\(count) letters restored")
      if count == 0 { throw ExitCode.no }
    }
  }
}
