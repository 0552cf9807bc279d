import EndToEndSupport
import Foundation
import Messaging
import TestSupport

/// Somebody who sees events, and asks for what they tell of.
///
/// A query may be left without an answer while there is trouble: he goes on asking.
actor Reader {
  private struct Question: Sendable {
    let tenant: String
    let minimum: Int?
    /// The last event of the tenant that was seen by then; 0: none.
    let seen: Int
    let time: ContinuousClock.Instant
  }

  private let tenants: [String]
  private let events: DurableSubscription
  private let sender: CommandSender
  private let replies: Subscription
  private let host: VirtualHost
  /// By the ids of the queries.
  private var questions: [String: Question] = [:]
  private var isDone = false
  /// The highest sequence seen of each tenant, among the first ``seenCount`` events.
  private var seen: [String: Int] = [:]
  private var seenCount = 0

  init(tenants: [String], events: DurableSubscription, on host: VirtualHost) async throws {
    self.tenants = tenants
    self.events = events
    self.host = host
    sender = try await CommandSender.open(on: host)
    replies = try await Subscription.replies(on: host)
  }

  /// Asks about one tenant after the other, now and then for nothing particular, until ``finish()``.
  func askOn() async throws {
    for number in 0... {
      guard !isDone else { return }
      notice()
      let tenant = tenants[number % tenants.count]
      try await ask(about: tenant, atLeast: number % 4 == 0 ? nil : seen[tenant])
      try await Task.sleep(for: .milliseconds(30))
    }
  }

  /// The question in hand is the last one.
  func finish() { isDone = true }

  /// Asks about all tenants, again and again until there is an answer about each that shows its last event.
  ///
  /// - Throws: ``Violation/lostReading(tenant:)``.
  func askForAll(within limit: Duration = .seconds(60)) async throws {
    notice()
    let deadline = ContinuousClock.now + limit
    var missing = tenants
    while let tenant = missing.first {
      guard ContinuousClock.now < deadline else { throw Violation.lostReading(tenant: tenant) }
      var asked: [String: String] = [:]
      for tenant in missing { asked[try await ask(about: tenant, atLeast: seen[tenant])] = tenant }
      let ids = Set(asked.keys)
      let answers = try? await replies.collect("the last answers", within: .seconds(10)) { messages in
        ids.isSubset(of: messages.compactMap(\.event?.commandid))
      }
      let answered = Set((answers ?? []).compactMap { $0.event?.commandid.flatMap { asked[$0] } })
      missing.removeAll(where: answered.contains)
    }
  }

  /// What was answered, in the order of the answers.
  func readings() async throws -> [Evidence.Reading] {
    try await replies.everything(on: host).compactMap { message in
      guard let answer = message.event, let question = answer.commandid.flatMap({ questions[$0] }) else { return nil }
      return Evidence.Reading(
        tenant: question.tenant, minimum: question.minimum, seen: question.seen, asked: question.time,
        answered: message.delivery.receivedAt,
        type: answer.type + (answer.data.error.map { " (\($0.code))" } ?? ""),
        sequence: answer.sequence.flatMap(Int.init),
        workspaces: Dictionary(
          (answer.data.workspaces ?? []).map { ($0.id, TenantModel.Workspace($0)) },
          uniquingKeysWith: { first, _ in first }))
    }
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

  @discardableResult
  private func ask(about tenant: String, atLeast minimum: Int?) async throws -> String {
    let query = Command(
      "workspace.list", #"{"limit":500}"#, tenant: tenant, extra: minimum.map { #","minsequence":"\#($0)""# } ?? "")
    let id = query.id
    questions[id] = Question(tenant: tenant, minimum: minimum, seen: seen[tenant] ?? 0, time: .now)
    try await sender.send([query.replying(to: replies.queue).message(to: "workspace.queries")])
    return id
  }
}
