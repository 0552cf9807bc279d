import ArgumentParser

struct DeadLettersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dead-letters", abstract: "Shows messages that could not be processed, and sends them again.",
    subcommands: [
      DeadLetterList.self, DeadLetterShow.self, DeadLetterReplay.self, DeadLetterResume.self, DeadLetterPlans.self,
      DeadLetterDiscard.self, DeadLetterRestore.self, DeadLetterExport.self, DeadLetterImport.self,
    ])
}
