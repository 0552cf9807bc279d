import ArgumentParser
import Operations
import WorkspaceDomain

struct DeadLetterReplay: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Sends dead letters again, with their original ids.",
    discussion: """
      The letters are first recorded in a plan: later arrivals are not touched, and letters in another plan are left \
      out. The same id has no second effect: a command executed meanwhile answers already_applied. A letter that the \
      broker can't route, or that no longer fits a frame, is recorded and skipped. Exits 2 if nothing matches, if the \
      plan was stopped, if letters can't be sent, or if letters become dead letters again.
      """)

  @OptionGroup var letters: ChosenLetters
  @OptionGroup var person: OperatorOptions
  @Option(help: "Why: kept with the plan.")
  var because = ""
  @Flag(help: "Predict the outcome of each letter without sending anything.")
  var dryRun = false
  @Flag(help: "Include letters that were sent before, but not those that another plan is about to send.")
  var again = false
  @OptionGroup var age: ReplayAge
  @Option(
    help: "For one letter: send the command in this file instead ('-' for standard input). It needs a new id.")
  var bodyFile: String?
  @Flag(help: "For one letter: correct it in $EDITOR first. It gets a new id.")
  var edit = false
  @OptionGroup var replay: ReplayOptions
  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard dryRun || (1...500).contains(because.unicodeScalars.count) else {
      throw ValidationError("--because takes 1 to 500 characters: give the reason, for later reference.")
    }
    guard bodyFile == nil && !edit || letters.options.id.count == 1 else {
      throw ValidationError("A corrected body is for one letter: --id ID.")
    }
    guard bodyFile == nil || !edit else { throw ValidationError("Use either --edit or --body-file.") }
  }

  func run() async throws {
    try await OperatorSession.run(options) { session in
      let filter = try await age.limit(
        // A letter that came as a query would be carried out as a command.
        letters.options.filter(on: session.servers, ofQueries: false).replayable(again: again), session)
      let body = try await correctedBody(session)
      if dryRun { return try await predict(filter, body, session) }
      let replays = session.replays
      let plan = try await replays.plan(filter, again: again, by: person.name, because: because, body: body)
        .orNo("no matching letter\(letters.options.scope) can be sent")
      let result = try await replay.work(plan, by: replays)
      try output.print(ReplayReport(result))
      if !result.isComplete { throw ExitCode.no }
    }
  }

  private func predict(_ filter: DeadLetterFilter, _ body: [UInt8]?, _ session: OperatorSession) async throws {
    var report = ReplayPredictionReport()
    try await session.prediction.predict(filter, body: body) { report.add($0, $1) }
    try output.print(report)
    if report.total == 0 { throw ExitCode.no }
  }

  private func correctedBody(_ session: OperatorSession) async throws -> [UInt8]? {
    guard edit || bodyFile != nil, let id = letters.options.id.first else { return nil }
    let (_, message) = try await session.deadLetters.letter(id).orNo("there is no dead letter \(id)")
    let corrected = CorrectedBody(correction: Correction(of: message, decoder: session.decoder))
    return try bodyFile.map { try corrected.read(from: $0) } ?? corrected.edit()
  }
}

struct DeadLetterResume: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Continues a plan that was stopped or interrupted.",
    discussion: """
      Letters discarded since then are not sent. Exits 2 if there is no such plan, if it was stopped again, if \
      letters can't be sent, or if letters become dead letters again.
      """)

  @Argument(help: "The plan.")
  var plan: ULID
  @Option(help: "What to do with letters that may have been sent when a run was interrupted: publish or skip.")
  var unsure: UnsureLetters?
  @OptionGroup var age: ReplayAge
  @OptionGroup var replay: ReplayOptions
  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await OperatorSession.run(options) { session in
      let plan = try await session.replayStore.plan(plan).orNo("there is no plan \(plan)")
      try age.permit(plan, session)
      let result = try await replay.work(plan, by: session.replays, unsure: unsure)
      try output.print(ReplayReport(result))
      if !result.isComplete || result.progress.unsure > 0 { throw ExitCode.no }
    }
  }
}

extension UnsureLetters: ExpressibleByArgument {}

struct DeadLetterPlans: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plans", abstract: "Lists replay plans, newest first, or shows one.",
    discussion: "Exits 2 if there is no such plan.")

  @Argument(help: "The plan to show.")
  var plan: ULID?
  @Option(help: "The maximum number of plans, 1-1000.")
  var limit = 20
  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (1...1000).contains(limit) else { throw ValidationError("--limit takes a number from 1 to 1000.") }
  }

  func run() async throws {
    try await OperatorSession.run(options) { session in
      let replays = session.replayStore
      let plans: [ReplayPlan] =
        if let plan {
          [try await replays.plan(plan).orNo("there is no plan \(plan)")]
        } else {
          try await replays.plans(limit: limit)
        }
      var reports: [ReplayReport] = []
      for plan in plans {
        reports.append(ReplayReport(ReplayResult(plan: plan, progress: try await replays.progress(plan.id), end: nil)))
      }
      let text = reports.isEmpty ? "no plans" : reports.map(\.text).joined(separator: "\n\n")
      try output.print(["plans": reports], text: text)
    }
  }
}
