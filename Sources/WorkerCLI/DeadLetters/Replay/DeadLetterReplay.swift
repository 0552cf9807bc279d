import ArgumentParser
import MessageContract
import Observability
import PostgresStore
import Settings
import UnitOfWork
import WorkerRuntime
import WorkspaceDomain

struct DeadLetterReplay: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Sends dead letters through the front door again, with their own ids.",
    discussion: """
      The letters are fixed in a plan first: what arrives later is not touched, and what another plan has is left out. The \
      same id has no second effect: a command that was carried out meanwhile answers already_applied. A letter that the \
      broker can't route, or that no longer fits a frame, is noted and passed over. Exits 2 when nothing matches, when the \
      plan was stopped, when letters can't be sent, and when letters are dead again.
      """)

  @OptionGroup var letters: ChosenLetters
  @OptionGroup var person: OperatorOptions
  @Option(help: "Why: kept with the plan.")
  var because = ""
  @Flag(help: "Predict what would become of each letter, and send nothing.")
  var dryRun = false
  @Flag(help: "Also letters that were sent before, but not those that another plan is about to send.")
  var again = false
  @OptionGroup var age: ReplayAge
  @Option(help: "Of one letter: send the command in this file instead ('-' for standard input). It needs an id of its own.")
  var bodyFile: String?
  @Flag(help: "Of one letter: correct it in $EDITOR first. It gets a new id.")
  var edit = false
  @OptionGroup var replay: ReplayOptions
  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard dryRun || (1...500).contains(because.unicodeScalars.count) else {
      throw ValidationError("--because takes 1 to 500 characters: say why, for those who look later.")
    }
    guard bodyFile == nil && !edit || letters.options.id.count == 1 else {
      throw ValidationError("A corrected body is for one letter: --id ID.")
    }
    guard bodyFile == nil || !edit else { throw ValidationError("Either --edit or --body-file.") }
  }

  func run() async throws {
    try await options.withDatabase { connection, configuration in
      let servers = try Servers(configuration).forOneCommand
      let decoder = CommandDecoder(limits: configuration.contractLimits)
      var filter = letters.options.filter(on: servers)
      filter.states = again ? [.open, .replayed] : [.open]
      filter = try await age.limit(filter, configuration, PostgresDeadLetters(connection: connection))
      if dryRun {
        let prediction = ReplayPrediction(
          ledger: PostgresDeadLetters(connection: connection),
          store: PostgresUnitOfWorkStore(connection: connection, queue: servers.queueKey), decoder: decoder)
        let report = try await prediction.report(filter)
        return try output.print(report, text: report.text)
      }
      let body = try await correctedBody(PostgresDeadLetters(connection: connection), decoder)
      let clock = SystemWallClock()
      let plan = ReplayPlan(
        id: try MonotonicIdentifiers().next(at: clock.now()), operatorName: person.name, reason: because, createdAt: clock.now())
      let count = try await PostgresReplays(connection: connection).make(plan, of: filter, again: again, body: body)
      guard count > 0 else {
        StandardError.write("workspace-worker: no letter\(letters.options.scope) matches that could be sent\n")
        throw ExitCode.no
      }
      let session = ReplaySession(database: connection, servers: servers, decoder: decoder, options: replay)
      try await finish(try await session.work(plan))
    }
  }

  private func finish(_ report: ReplayReport) async throws {
    try output.print(report, text: report.text)
    if report.end != .done, report.end != .sent { throw ExitCode.no }
  }

  private func correctedBody(_ ledger: PostgresDeadLetters, _ decoder: CommandDecoder) async throws -> [UInt8]? {
    guard edit || bodyFile != nil, let id = letters.options.id.first else { return nil }
    guard let (_, message) = try await ledger.letter(id) else {
      StandardError.write("workspace-worker: there is no dead letter \(id)\n")
      throw ExitCode.no
    }
    let correction = Correction(original: message, decoder: decoder)
    return try bodyFile.map { try correction.read(from: $0) } ?? correction.edit()
  }
}

struct DeadLetterResume: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Goes on with a plan that was stopped or cut off.",
    discussion: """
      Letters that were discarded since are not sent. Exits 2 when there is no such plan, when it was stopped again, when \
      letters can't be sent, and when letters are dead again.
      """)

  enum Unsure: String, ExpressibleByArgument, CaseIterable {
    case publish, skip
  }

  @Argument(help: "The plan.")
  var plan: ULID
  @Option(help: "What to do with letters that may have been sent when a run was cut off: publish or skip.")
  var unsure: Unsure?
  @OptionGroup var age: ReplayAge
  @OptionGroup var replay: ReplayOptions
  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await options.withDatabase { connection, configuration in
      let replays = PostgresReplays(connection: connection)
      guard let plan = try await replays.plan(plan) else {
        StandardError.write("workspace-worker: there is no plan \(plan)\n")
        throw ExitCode.no
      }
      try age.permit(plan, configuration)
      let session = ReplaySession(
        database: connection, servers: try Servers(configuration).forOneCommand,
        decoder: CommandDecoder(limits: configuration.contractLimits), options: replay)
      guard try await replays.claim(plan.id) else {
        StandardError.write("workspace-worker: another process works plan \(plan.id)\n")
        throw ExitCode.failure
      }
      if let unsure { _ = try await replays.settleUnsure(plan.id, sends: unsure == .publish) }
      let report = try await session.work(plan)
      try output.print(report, text: report.text)
      if report.end != .done && report.end != .sent || report.unsure > 0 { throw ExitCode.no }
    }
  }
}

struct DeadLetterPlans: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plans", abstract: "Lists plans to replay, the latest first, or shows one.",
    discussion: "Exits 2 when there is no such plan.")

  @Argument(help: "The plan to show.")
  var plan: ULID?
  @Option(help: "The largest number of plans, 1-1000.")
  var limit = 20
  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (1...1000).contains(limit) else { throw ValidationError("--limit takes a number from 1 to 1000.") }
  }

  func run() async throws {
    try await options.withDatabase { connection, _ in
      let replays = PostgresReplays(connection: connection)
      var plans = try await replays.plans(limit: limit)
      if let plan {
        guard let found = try await replays.plan(plan) else {
          StandardError.write("workspace-worker: there is no plan \(plan)\n")
          throw ExitCode.no
        }
        plans = [found]
      }
      var reports: [ReplayReport] = []
      for plan in plans { reports.append(ReplayReport(plan, try await replays.progress(plan.id), end: nil)) }
      let text = reports.isEmpty ? "no plans" : reports.map(\.text).joined(separator: "\n\n")
      try output.print(["plans": reports], text: text)
    }
  }
}
