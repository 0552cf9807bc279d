import EndToEndSupport
import Proof
import Testing

/// The checker names what is wrong. Each test spoils one thing in what came of a workload that went well.
struct CheckerTests {
  private let workload = Workload(tenants: 2, commands: 60, seed: 7)
  private let checker: Checker
  private let evidence: Evidence

  init() {
    checker = Checker(workload)
    evidence = Evidence(of: workload)
  }

  private func violations(_ spoil: (inout Evidence) -> Void) -> [Violation] {
    var evidence = evidence
    spoil(&evidence)
    return checker.violations(in: evidence)
  }

  @Test func `what went well has no violation, repetitions included`() {
    #expect(violations { _ in } == [])
    #expect(violations { $0.results += $0.results; $0.replies += $0.replies; $0.events += $0.events } == [])
  }

  @Test func `a lost result, reply or event is named`() {
    let id = workload.steps[10].id
    #expect(violations { $0.results.removeAll { $0.command == id } } == [.lostResult(command: id)])
    #expect(violations { $0.replies.removeAll { $0.command == id } } == [.lostReply(command: id)])
    let last = evidence.events.count - 1
    let event = evidence.events[last]
    #expect(
      violations { $0.events.remove(at: last) }
        == [.lostEvents(tenant: event.tenant, last: (event.sequence ?? 0) - 1, expected: event.sequence ?? 0)])
  }

  @Test func `a result that is another one the second time is named`() {
    let id = workload.steps[10].id
    #expect(
      violations { evidence in
        var copy = evidence.results[10]
        copy.body += [0]
        evidence.results.append(copy)
      } == [.changedResult(command: id)])
    #expect(violations { $0.replies[10].body += [0] } == [.changedReply(command: id)])
    #expect(violations { $0.tables.answers[id]? += [0] } == [.changedAnswer(command: id)])
  }

  @Test func `a refused command is named`() {
    let id = workload.steps[10].id
    #expect(
      violations { $0.results[10].type = "workspace.create.rejected" }
        == [.refused(command: id, type: "workspace.create.rejected")])
  }

  @Test func `results of a tenant out of order are named, of different tenants they are in order`() {
    #expect(violations { $0.results.swapAt(10, 11) } == [])
    #expect(violations { $0.results.swapAt(10, 12) } == [
        .disorderedResults(tenant: workload.steps[10].tenant, command: workload.steps[12].id, expected: workload.steps[10].id)
      ])
  }

  @Test func `a gap in the events, events in the wrong order and a changed event are named`() {
    let tenant = workload.tenants[0]
    let numbers = evidence.events.indices.filter { evidence.events[$0].tenant == tenant }
    #expect(violations { $0.events.remove(at: numbers[3]) }.contains(.gap(tenant: tenant, last: 3, next: 5)))
    #expect(violations { $0.events.swapAt(numbers[3], numbers[4]) }.contains(.gap(tenant: tenant, last: 3, next: 5)))
    #expect(
      violations { evidence in
        var copy = evidence.events[numbers[3]]
        copy.body += [0]
        evidence.events.append(copy)
      } == [.changedEvent(tenant: tenant, sequence: 4)])
    #expect(
      violations { evidence in
        let command = evidence.events[numbers[3]].command
        evidence.events[numbers[3]].command = evidence.events[numbers[4]].command
        evidence.events[numbers[4]].command = command
      } == [.wrongEvent(tenant: tenant, sequence: 4)])
  }

  @Test func `an effect that is missing, doubled or too much is named`() throws {
    let (id, workspace) = try #require(workload.workspaces.first)
    #expect(violations { $0.tables.workspaces[id] = nil } == [.lostEffect(workspace: id)])
    #expect(violations { $0.tables.workspaces[id]?.version += 1 } == [.wrongEffect(workspace: id)])
    #expect(violations { $0.tables.workspaces["other"] = workspace } == [.unknownEffect(workspace: "other")])
    #expect(violations { $0.tables.sequences[workspace.tenant]? += 1 } == [.wrongSequence(tenant: workspace.tenant)])
  }

  @Test func `what is left anywhere is named`() {
    #expect(violations { $0.tables.outbox = 2 } == [.leftInOutbox(count: 2)])
    #expect(violations { $0.tables.failed = [.init(command: "c", how: "parked")] } == [.failed(command: "c", how: "parked")])
    #expect(violations { $0.depths["workspace.commands.dead"] = 1 } == [.leftInQueue("workspace.commands.dead", count: 1)])
    let id = workload.steps[10].id
    #expect(violations { $0.tables.answers[id] = nil } == [.lostAnswer(command: id)])
    #expect(violations { $0.tables.answers["other"] = [1] } == [.unknownAnswer(command: "other")])
  }
}

extension Evidence {
  /// What a worker leaves that does everything right.
  fileprivate init(of workload: Workload) {
    self.init()
    for step in workload.steps {
      let body = Array("result of \(step.id)".utf8)
      results.append(Message(command: step.id, tenant: step.tenant, type: "workspace.create.succeeded", body: body))
      tables.answers[step.id] = body
      guard step.isChange else { continue }
      let sequence = tables.sequences[step.tenant, default: 0] + 1
      tables.sequences[step.tenant] = sequence
      events.append(
        Message(
          command: step.id, tenant: step.tenant, type: "workspace.created", sequence: Int(sequence),
          body: Array("event of \(step.id)".utf8)))
    }
    replies = results
    tables.workspaces = workload.workspaces
  }
}
