import ArgumentParser

/// `parked`: commands that failed and are retried, and those behind them.
struct Parked: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "parked", abstract: "Shows commands that failed and are tried again, with those that wait behind them.",
    discussion: """
      A command that fails for a reason which is no rule is parked, and later ones of its tenant line up behind it. The \
      active worker goes on with each line when it is due; what you ask for here it does within a second.
      """,
    subcommands: [ParkedList.self, ParkedShow.self, ParkedRelease.self, ParkedDeadLetter.self])
}
