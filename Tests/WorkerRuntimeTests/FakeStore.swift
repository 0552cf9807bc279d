import Messaging
import Synchronization
import TestFixtures
import UnitOfWork
import WorkspaceDomain

/// An in-memory store that records what becomes durable, and fails when a test says so.
actor FakeStore: UnitOfWorkStore {
  /// The error that a commit fails with; nil if it does not fail.
  typealias Fault = @Sendable (WriteSet) -> UnitOfWorkError?

  let journal: Journal<Happening>
  private let memory = InMemoryUnitOfWorkStore()
  private var fault: Fault = { _ in nil }
  private var answerFault: Fault = { _ in nil }
  private var beginFaults: [UnitOfWorkError] = []
  private(set) var commits: [WriteSet] = []
  private(set) var begun = 0
  private(set) var rollbacks = 0

  init(journal: Journal<Happening> = Journal()) { self.journal = journal }

  func fail(_ fault: @escaping Fault) { self.fault = fault }

  /// Loses the answer to commits: the changes are durable, but the caller gets the error.
  func loseAnswer(_ fault: @escaping Fault) { answerFault = fault }

  /// Makes the next commits fail with these errors, in order.
  func failNext(_ errors: UnitOfWorkError...) { failNext(contentsOf: errors) }

  /// Makes the next commits fail with these errors, in order; nil lets a commit succeed.
  func failNext(contentsOf errors: [UnitOfWorkError?]) {
    let script = Script(errors)
    fault = { _ in script.next() }
  }

  func failNextBegin(_ errors: UnitOfWorkError...) { beginFaults = errors }

  private final class Script: Sendable {
    private let errors: Mutex<[UnitOfWorkError?]>
    init(_ errors: [UnitOfWorkError?]) { self.errors = Mutex(errors) }
    func next() -> UnitOfWorkError? { errors.withLock { $0.isEmpty ? nil : $0.removeFirst() } }
  }

  func begin(_ readSet: ReadSet) async throws(UnitOfWorkError) -> Snapshot {
    begun += 1
    guard beginFaults.isEmpty else { throw beginFaults.removeFirst() }
    return try await memory.begin(readSet)
  }

  func commit(_ writeSet: WriteSet) async throws(UnitOfWorkError) -> [OutboxID] {
    if let error = fault(writeSet) {
      try await memory.rollback()
      throw error
    }
    let ids = try await memory.commit(writeSet)
    commits.append(writeSet)
    let messages = writeSet.outbox.flatMap(\.messages)
    journal.note(.committed(messages.filter { $0.exchange == "results" }.map(\.label)))
    let letters = writeSet.deadLetters.map(\.message.label)
    if !letters.isEmpty { journal.note(.committedDeadLetters(letters)) }
    if !writeSet.confirmed.isEmpty { await noteRemoved(writeSet.confirmed.count) }
    if let error = answerFault(writeSet) { throw error }
    return ids
  }

  func rollback() async throws(UnitOfWorkError) {
    rollbacks += 1
    try await memory.rollback()
  }

  func replication(of tenants: Set<TenantID>) async throws(UnitOfWorkError) -> [TenantID: TenantReplication] {
    try await memory.replication(of: tenants)
  }

  func unpublished(after last: OutboxID?, limit: Int, bytes: Int) async throws(UnitOfWorkError) -> [OutboxEntry] {
    try await memory.unpublished(after: last, limit: limit, bytes: bytes)
  }

  func remove(_ confirmed: [OutboxID]) async throws(UnitOfWorkError) {
    try await memory.remove(confirmed)
    await noteRemoved(confirmed.count)
  }

  func lines(dueWithin longest: Duration) async throws(UnitOfWorkError) -> [ParkedLine] {
    try await memory.lines(dueWithin: longest)
  }

  func newestLetter() async throws(UnitOfWorkError) -> ULID? { try await memory.newestLetter() }

  func due(at now: Timestamp, limit: Int, bytes: Int) async throws(UnitOfWorkError) -> [ParkedEntry] {
    try await memory.due(at: now, limit: limit, bytes: bytes)
  }

  func becomeActive(_ process: ULID, at now: Timestamp) async throws(UnitOfWorkError) -> FatalMessages {
    try await memory.becomeActive(process, at: now)
  }

  /// Records that an operator has begun to replay the dead letter of the command `key`.
  func beginReplay(_ reference: ReplayReference, of command: ReplayedCommand) async {
    await memory.beginReplay(reference, of: command)
  }

  func beginReplay(_ reference: ReplayReference, of key: InboxKey) async {
    await memory.beginReplay(reference, of: key)
  }

  private func noteRemoved(_ count: Int) async {
    let left = (try? await memory.unpublished(after: nil, limit: .max, bytes: .max).count) ?? -1
    journal.note(.removed(count: count, left: left))
  }

  /// All messages in the outbox.
  var outbox: [AMQPMessage] {
    get async throws { try await memory.unpublished(after: nil, limit: .max, bytes: .max - 1).flatMap(\.messages) }
  }
}

extension AMQPMessage {
  var label: String { properties.correlationID?.text ?? "" }
  var text: String { String(decoding: body, as: UTF8.self) }
}
