import Messaging
import Operations
import Synchronization
import TestFixtures
import UnitOfWork
import WorkspaceDomain

/// A ledger in memory that answers every filter with all of its letters.
final class FakeDeadLetterLedger: DeadLetterLedger {
  private struct State {
    var letters: [DeadLetter] = []
    var added: [[DeadLetter]] = []
    var limits: [Int] = []
  }

  private let state = Mutex(State())

  init(_ letters: [DeadLetter] = []) { state.withLock { $0.letters = letters.sorted { $0.id > $1.id } } }

  /// What each call added.
  var added: [[DeadLetter]] { state.withLock { $0.added } }

  /// The limits with which letters and their messages were requested.
  var limits: [Int] { state.withLock { $0.limits } }

  func list(_ filter: DeadLetterFilter, before: ULID?, limit: Int) async throws -> [DeadLetterSummary] {
    page(before: before, limit: limit, bytes: .max).map { letter in
      DeadLetterSummary(
        id: letter.id, queue: letter.queue, recordedAt: letter.recordedAt, reason: letter.reason, detail: letter.detail,
        attempts: letter.attempts, subject: letter.subject, bytes: letter.message.body.count)
    }
  }

  func messages(_ filter: DeadLetterFilter, before: ULID?, limit: Int, bytes: Int) async throws -> [ReplayLetter] {
    try await records(filter, before: before, limit: limit, bytes: bytes).map {
      ReplayLetter(id: $0.id, message: $0.message)
    }
  }

  func records(_ filter: DeadLetterFilter, before: ULID?, limit: Int, bytes: Int) async throws -> [DeadLetter] {
    state.withLock { $0.limits.append(limit) }
    return page(before: before, limit: limit, bytes: bytes)
  }

  func groups(
    by key: DeadLetterGroup.Key, _ filter: DeadLetterFilter, limit: Int
  ) async throws -> [DeadLetterGroup] {
    Dictionary(grouping: state.withLock { $0.letters }, by: \.reason).map { reason, letters in
      DeadLetterGroup(value: reason, count: letters.count, first: .sample, last: .sample)
    }
  }

  func letter(_ id: ULID) async throws -> (summary: DeadLetterSummary, message: AMQPMessage)? { nil }

  func discard(
    _ filter: DeadLetterFilter, by operatorName: String, because reason: String, at now: Timestamp
  ) async throws -> Int { 0 }

  func restore(_ filter: DeadLetterFilter) async throws -> Int { 0 }

  func add(_ letters: [DeadLetter]) async throws -> Int {
    state.withLock { state in
      state.added.append(letters)
      let known = Set(state.letters.map(\.id))
      let new = letters.filter { !known.contains($0.id) }
      state.letters += new
      return new.count
    }
  }

  private func page(before: ULID?, limit: Int, bytes: Int) -> [DeadLetter] {
    var size = 0
    return state.withLock { $0.letters }.filter { letter in before.map { letter.id < $0 } ?? true }.prefix(limit).prefix
    { letter in
      defer { size += letter.message.body.count }
      return size < bytes
    }
  }
}

extension DeadLetter {
  /// One whose id is the number.
  static func numbered(
    _ number: Int, reason: String = "malformed_json", body: [UInt8] = [],
    _ properties: MessageProperties = MessageProperties()
  ) -> DeadLetter {
    DeadLetter(
      id: .sample(UInt64(number)), queue: "/q", fingerprint: [UInt8](repeating: 0, count: 32), recordedAt: .sample,
      reason: reason,
      detail: "why", attempts: .init(count: 1, first: .sample),
      subject: .init(tenantID: nil, commandType: nil, commandSource: nil, commandID: nil),
      message: AMQPMessage(exchange: "", routingKey: "k", properties: properties, body: body))
  }
}
