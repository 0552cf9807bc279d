import EndToEndSupport
import Messaging
import TestSupport

/// A client that follows events, and queries the tenants that they are about.
///
/// During a fault a query may remain unanswered: the client goes on asking.
actor Reader {
  fileprivate struct Question: Sendable {
    /// The position of the question among all questions, from 0.
    let number: Int
    let tenant: String
    let minimum: Int?
    /// The sequence of the tenant's last event seen when the question was asked; 0 if there was none.
    let seen: Int
  }

  private struct Answer: Sendable {
    let question: Question
    let reading: Evidence.Reading

    /// Whether the answer shows less than had been seen when the question was asked, which is correct for a question
    /// without a minimum.
    var isLate: Bool { reading.sequence ?? 0 < question.seen }
  }

  private let tenants: [String]
  private let events: DurableSubscription
  private let sender: CommandSender
  private let replies: Subscription
  private let host: VirtualHost
  /// The questions, by the ids of the queries.
  private var questions: [String: Question] = [:]
  private let answers = Watched<[Answer]>([])
  /// The number of messages at the front of ``replies`` whose answers are in ``answers``.
  private var notedCount = 0
  private var isDone = false
  /// The highest sequence seen of each tenant among the first ``seenCount`` events.
  private var seen: [String: Int] = [:]
  private var seenCount = 0

  init(tenants: [String], events: DurableSubscription, on host: VirtualHost) async throws {
    self.tenants = tenants
    self.events = events
    self.host = host
    sender = try await CommandSender.open(on: host)
    replies = try await Subscription.replies(on: host)
  }

  /// Asks about one tenant after another until ``finish()``, every fourth time without a minimum sequence. The next
  /// question follows the answer, or a second without one.
  func askOn() async throws {
    while !isDone {
      let tenant = tenants[questions.count % tenants.count]
      notice()
      let id = try await ask(about: tenant, atLeast: questions.count % 4 == 0 ? nil : seen[tenant])
      try await takeAnswers(to: [id], within: .seconds(1))
    }
  }

  /// Makes the current question the last one.
  func finish() { isDone = true }

  /// Waits for the answer to a query that is asked from now on.
  func isAnswered() async throws {
    try await awaitAnswer("a query is answered during the fault") { _ in true }
  }

  /// Waits for a late answer to a query that is asked from now on: it shows less than had been seen when the query was
  /// asked.
  func isAnsweredLate() async throws {
    try await awaitAnswer("a query is answered late") { $0.isLate }
  }

  private func awaitAnswer(
    _ event: String, where condition: @escaping @Sendable (Answer) -> Bool
  ) async throws {
    let first = questions.count
    try await Patience.wait(for: event) { [answers] in
      _ = try await answers.wait { $0.contains { $0.question.number >= first && condition($0) } }
    }
  }

  /// Asks about all tenants, with their last seen events as minimum sequences, until there is an answer about each.
  ///
  /// - Throws: ``Violation/lostReading(tenant:)``.
  func askForAll(within limit: Duration = Patience.limit) async throws {
    notice()
    let deadline = ContinuousClock.now + limit
    var missing = tenants
    while let tenant = missing.first {
      guard ContinuousClock.now < deadline else { throw Violation.lostReading(tenant: tenant) }
      let first = questions.count
      var ids: Set<String> = []
      for tenant in missing { ids.insert(try await ask(about: tenant, atLeast: seen[tenant])) }
      try await takeAnswers(to: ids, within: .seconds(10))
      let answered = Set(answers.value.filter { $0.question.number >= first }.map(\.question.tenant))
      missing.removeAll(where: answered.contains)
    }
  }

  /// The answers to all questions, in the order in which they arrived.
  func readings() async throws -> [Evidence.Reading] {
    _ = try await replies.everything(on: host)
    await noteAnswers()
    return answers.value.map(\.reading)
  }

  func close() async {
    await sender.close()
    await replies.close()
  }

  private func notice() {
    let messages = events.record.value.messages
    for event in messages[seenCount...].compactMap(\.event) {
      guard let tenant = event.tenantid, let sequence = event.sequence.flatMap({ Int($0) }) else { continue }
      seen[tenant] = max(seen[tenant] ?? 0, sequence)
    }
    seenCount = messages.count
  }

  private func ask(about tenant: String, atLeast minimum: Int?) async throws -> String {
    let query = Command(
      "workspace.list", #"{"limit":500}"#, tenant: tenant, extra: minimum.map { #","minsequence":"\#($0)""# } ?? "")
    let id = query.id
    questions[id] = Question(number: questions.count, tenant: tenant, minimum: minimum, seen: seen[tenant] ?? 0)
    try await sender.send([query.replying(to: replies.queue).message(to: "workspace.queries")])
    return id
  }

  /// Takes answers until all of these queries are answered, or the limit has passed.
  private func takeAnswers(to ids: Set<String>, within limit: Duration) async throws {
    do {
      _ = try await replies.collect("answers", within: limit) { [notedCount] messages in
        ids.isSubset(of: messages[notedCount...].compactMap(\.event?.commandid))
      }
    } catch is Patience.Exhausted {}
    await noteAnswers()
  }

  private func noteAnswers() async {
    let fresh = await replies.messages.dropFirst(notedCount)
    notedCount += fresh.count
    let noted = fresh.compactMap(\.event).compactMap { event in
      event.commandid.flatMap { questions[$0] }.map { Answer(question: $0, reading: Evidence.Reading(event, $0)) }
    }
    answers.update { $0 += noted }
  }
}

extension Evidence.Reading {
  fileprivate init(_ answer: CloudEvent, _ question: Reader.Question) {
    self.init(
      tenant: question.tenant, minimum: question.minimum,
      type: answer.type + (answer.data.error.map { " (\($0.code))" } ?? ""),
      sequence: answer.sequence.flatMap(Int.init),
      workspaces: Dictionary(
        (answer.data.workspaces ?? []).map { ($0.id, TenantModel.Workspace($0)) },
        uniquingKeysWith: { first, _ in first }))
  }
}
