import ArgumentParser

/// `parked`: commands that failed and are retried, and those behind them.
struct Parked: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "parked", abstract: "Shows commands that failed and are being retried, and those waiting behind them.",
    discussion: """
      A command that fails unexpectedly is parked, and later ones of its tenant line up behind it. The \
      active worker advances each line when it is due, and acts on requests made here within a second.
      """,
    subcommands: [ParkedList.self, ParkedShow.self, ParkedRelease.self, ParkedDeadLetter.self])
}
