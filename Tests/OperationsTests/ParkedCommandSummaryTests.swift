import Messaging
import Operations
import TestFixtures
import Testing
import UnitOfWork
import WorkspaceDomain

@Suite struct ParkedCommandSummaryTests {
  private func summary(dueAt: Timestamp?, request: String? = nil, body: [UInt8] = []) -> ParkedCommandSummary {
    let command = ParkedCommand(
      tenantID: .sample(1), type: "workspace.get", source: "/tests", commandID: "c",
      message: AMQPMessage(exchange: "", routingKey: "k", properties: MessageProperties(), body: body),
      fingerprint: [],
      parkedAt: .sample, process: .sample(2), failures: nil, dueAt: dueAt)
    return ParkedCommandSummary(ParkedEntry(id: ParkedID(number: 1), command: command, deadLetterRequest: request))
  }

  @Test func `the first of a line is due at its time, or now if an operator says so; those behind it wait`() {
    let later = Timestamp(milliseconds: Timestamp.sample.milliseconds + 1)
    let longAgo = Timestamp(milliseconds: Timestamp.sample.milliseconds - 1)
    #expect(summary(dueAt: later).turn == .due(later))
    #expect(summary(dueAt: .sample).turn == .due(.sample))
    #expect(summary(dueAt: longAgo).turn == .dueNow)
    #expect(summary(dueAt: nil).turn == .waits)
  }

  @Test func `a command that an operator dead-letters goes there, wherever it is in the line`() {
    #expect(summary(dueAt: nil, request: "why").turn == .deadLetter)
    #expect(summary(dueAt: .sample, request: "why").turn == .deadLetter)
  }

  @Test func `the size is that of the body`() {
    #expect(summary(dueAt: nil, body: [1, 2, 3]).bytes == 3)
    #expect(ParkedLineSummary(first: summary(dueAt: nil), count: 2).tenantID == .sample(1))
  }
}
