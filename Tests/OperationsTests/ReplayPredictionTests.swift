import MessageContract
import Messaging
import Operations
import TestFixtures
import Testing
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

@Suite struct ReplayPredictionTests {
  private static let tenant = TenantID.sample(7)

  /// The body of a command with the given id and acting user.
  private static func body(_ id: String, user: String = "u") -> [UInt8] {
    Array(
      """
      {"specversion":"1.0","id":"\(id)","source":"/tests","type":"workspace.get","time":"2026-11-23T08:00:00Z",\
      "tenantid":"\(tenant)","userid":"\(user)","data":{"workspace_id":"\(ULID.sample(8))"}}
      """.utf8)
  }

  /// The inbox entry of the command with this body and a result of the given type.
  private static func entry(_ body: [UInt8], type: String) throws -> InboxEntry {
    let command = try CommandDecoder().decode(body, MessageProperties())
    return InboxEntry(
      key: command.context.key, fingerprint: command.fingerprint.recorded, resultID: .sample(9), resultType: type,
      result: [],
      recordedAt: .sample)
  }

  @Test func `a letter is predicted by what the inbox knows of its command`() async throws {
    let store = InMemoryUnitOfWorkStore()
    var writeSet = WriteSet()
    writeSet.inbox = [
      try Self.entry(Self.body("applied"), type: "workspace.get.succeeded"),
      try Self.entry(Self.body("taken", user: "another"), type: "workspace.get.succeeded"),
    ]
    _ = try await store.begin(ReadSet())
    _ = try await store.commit(writeSet)
    let bodies = [Self.body("new"), Self.body("applied"), Self.body("taken"), Array("no command".utf8)]
    let ledger = FakeDeadLetterLedger(bodies.enumerated().map { .numbered($0, body: $1) })
    var outcomes: [ULID: ReplayPrediction.Outcome] = [:]
    let prediction = ReplayPrediction(ledger: ledger, store: store, decoder: CommandDecoder())
    try await prediction.predict(.init()) { outcomes[$0] = $1 }
    #expect(
      outcomes == [
        .sample(0): .wouldApply, .sample(1): .alreadyApplied, .sample(2): .conflict, .sample(3): .stillInvalid,
      ])
    #expect(ledger.limits.allSatisfy { $0 == LetterBatch.count })
    _ = try await store.begin(ReadSet())
  }

  @Test func `a letter of several commands has the worst of their predictions, and a correction its own`() async throws
  {
    let store = InMemoryUnitOfWorkStore()
    var writeSet = WriteSet()
    writeSet.inbox = [try Self.entry(Self.body("applied"), type: "workspace.get.succeeded")]
    _ = try await store.begin(ReadSet())
    _ = try await store.commit(writeSet)
    func array(_ bodies: [UInt8]...) -> [UInt8] { Array("[".utf8) + bodies.joined(separator: [0x2C]) + Array("]".utf8) }
    let applied = Self.body("applied")
    let bodies = [array(applied, applied), array(applied, Self.body("new")), array(Array("1".utf8), applied), array()]
    var properties = MessageProperties()
    properties.contentType = "application/cloudevents-batch+json"
    let ledger = FakeDeadLetterLedger(bodies.enumerated().map { .numbered($0, body: $1, properties) })
    let prediction = ReplayPrediction(ledger: ledger, store: store, decoder: CommandDecoder())
    var outcomes: [ULID: ReplayPrediction.Outcome] = [:]
    try await prediction.predict(.init()) { outcomes[$0] = $1 }
    #expect(
      outcomes == [
        .sample(0): .alreadyApplied, .sample(1): .wouldApply, .sample(2): .stillInvalid, .sample(3): .alreadyApplied,
      ])
    try await prediction.predict(.init(), body: Self.body("new")) { outcomes[$0] = $1 }
    #expect(outcomes.values.allSatisfy { $0 == .wouldApply })
  }

  @Test func `a correction is a command with a new id`() throws {
    let original = AMQPMessage(
      exchange: "", routingKey: "k", properties: MessageProperties(), body: Self.body("old"))
    let correction = Correction(of: original, decoder: CommandDecoder())
    #expect(correction.draft(newID: .sample(3)) == Self.body("\(ULID.sample(3))"))
    try correction.validate(Self.body("new"))
    #expect(throws: InvalidCommand.sameID) { try correction.validate(Self.body("old", user: "another")) }
    let error = #expect(throws: InvalidCommand.self) { try correction.validate(Array("{".utf8)) }
    #expect(error?.reason == .malformedJSON)
  }
}
