import ArgumentParser

struct DeadLettersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dead-letters", abstract: "Shows the messages that nobody could process, and sends them again.",
    subcommands: [
      DeadLetterList.self, DeadLetterShow.self, DeadLetterReplay.self, DeadLetterResume.self, DeadLetterPlans.self,
      DeadLetterDiscard.self, DeadLetterRestore.self, DeadLetterExport.self, DeadLetterImport.self,
    ])
}
