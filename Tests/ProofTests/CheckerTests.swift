import EndToEndSupport
import Proof
import Testing

/// The checker names what is wrong. Each test spoils one thing in the outcome of a successful workload.
struct CheckerTests {
  private let workload = Workload(tenants: 2, commands: 200, seed: 7)
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

  @Test func `a correct run has no violation, repetitions included`() {
    #expect(violations { _ in } == [])
    #expect(
      violations {
        $0.results += $0.results
        $0.replies += $0.replies
        $0.events += $0.events
      } == [])
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

  @Test func `a result that differs the second time is named`() {
    let id = workload.steps[10].id
    #expect(
      violations { evidence in
        var copy = evidence.results[10]
        copy.body += [0]
        evidence.results.append(copy)
      } == [.changedResult(command: id)])
    #expect(violations { $0.replies[10].body += [0] } == [.changedReply(command: id)])
    #expect(violations { $0.changedBatches = ["b"] } == [.changedBatch(id: "b")])
    #expect(violations { $0.tables.answers[id]? += [0] } == [.changedAnswer(command: id)])
  }

  @Test func `a command wrongly permitted or denied is named`() throws {
    let (denied, rejected) = try #require(workload.first { $0.decision == .rejected("permission_denied") })
    #expect(
      violations { evidence in
        evidence.results[denied].type = rejected.request.type + ".succeeded"
        evidence.results[denied].decision = .succeeded(.allowed(true))
      } == [
        .wrongDecision(
          command: rejected.id, found: rejected.request.type + ".succeeded",
          expected: rejected.request.type + ".rejected (permission_denied)")
      ])
    #expect(
      violations { $0.results[denied].decision = .rejected("workspace_not_found") } == [
        .wrongDecision(
          command: rejected.id, found: rejected.request.type + ".rejected (workspace_not_found)",
          expected: rejected.request.type + ".rejected (permission_denied)")
      ])
    let (renaming, renamed) = try #require(workload.first { $0.resultType == "workspace.rename.succeeded" })
    #expect(
      violations { evidence in
        evidence.results[renaming].type = "workspace.rename.rejected"
        evidence.results[renaming].decision = .rejected("permission_denied")
      } == [
        .wrongDecision(
          command: renamed.id, found: "workspace.rename.rejected (permission_denied)",
          expected: "workspace.rename.succeeded")
      ])
  }

  @Test func `a result that shows something other than the state is named`() throws {
    let (check, asked) = try #require(workload.first { $0.decision == .succeeded(.allowed(false)) })
    #expect(violations { $0.results[check].decision = .succeeded(.allowed(true)) } == [.wrongAnswer(command: asked.id)])
    let (list, listed) = try #require(workload.first { ($0.page?.workspaces.count ?? 0) > 1 })
    let (workspaces, next) = try #require(listed.page)
    for shown in [Array(workspaces.dropLast()), workspaces.reversed(), workspaces + workspaces.prefix(1)] {
      #expect(
        violations { $0.results[list].decision = .succeeded(.page(shown, next: next)) }
          == [.wrongAnswer(command: listed.id)])
    }
    #expect(violations { $0.results[list].decision = nil } == [.wrongAnswer(command: listed.id)])
  }

  @Test func `results of a tenant out of order are named; results of different tenants may come in any order`() {
    #expect(violations { $0.results.swapAt(10, 11) } == [])
    #expect(
      violations { $0.results.swapAt(10, 12) } == [
        .disorderedResults(
          tenant: workload.steps[10].tenant, command: workload.steps[12].id, expected: workload.steps[10].id)
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

  @Test func `events that contradict their command, or are incomplete, are named`() throws {
    let cascade = try #require(workload.steps.first { $0.changes.count > 2 })
    let places = evidence.events.indices.filter { evidence.events[$0].command == cascade.id }
    let (first, last) = (places[0], places[places.count - 1])
    let (tenant, sequence) = (cascade.tenant, try #require(evidence.events[first].sequence))
    let count = try #require(evidence.tables.sequences[tenant])
    #expect(
      violations { $0.events[first].change?.role = "owner" }
        == [.wrongChange(tenant: tenant, sequence: sequence, command: cascade.id)])
    // The cause comes last.
    #expect(
      violations { evidence in
        let change = evidence.events[first].change
        evidence.events[first].change = evidence.events[last].change
        evidence.events[last].change = change
      } == [.wrongChange(tenant: tenant, sequence: sequence, command: cascade.id)])
    // A role is removed without an event, and everything after it is numbered as if there had been none.
    #expect(
      violations { evidence in
        evidence.events.remove(at: first)
        for place in evidence.events.indices[first...] where evidence.events[place].tenant == tenant {
          evidence.events[place].sequence? -= 1
        }
        evidence.tables.sequences[tenant]? -= 1
      } == [
        .wrongChange(tenant: tenant, sequence: sequence, command: cascade.id),
        .lostEvents(tenant: tenant, last: Int(count) - 1, expected: Int(count)), .wrongSequence(tenant: tenant),
      ])
  }

  @Test func `a missing, different or surplus role or group is named`() throws {
    let (role, value) = try #require(workload.roles.first)
    #expect(violations { $0.tables.roles[role] = nil } == [.lostEffect(on: "\(role)")])
    #expect(violations { $0.tables.roles[role] = value + "s" } == [.wrongEffect(on: "\(role)")])
    let other = TenantModel.Role(of: .init(.user, "nobody"), on: role.object)
    #expect(violations { $0.tables.roles[other] = "member" } == [.unknownEffect(on: "\(other)")])
    let (id, group) = try #require(workload.groups.first)
    #expect(violations { $0.tables.groups[id] = nil } == [.lostEffect(on: "group \(id)")])
    #expect(violations { $0.tables.groups[id]?.version += 1 } == [.wrongEffect(on: "group \(id)")])
    #expect(violations { $0.tables.groups["other"] = group } == [.unknownEffect(on: "group other")])
  }

  @Test func `a missing, repeated or surplus effect is named`() throws {
    let (id, workspace) = try #require(workload.workspaces.first)
    #expect(violations { $0.tables.workspaces[id] = nil } == [.lostEffect(on: "workspace \(id)")])
    #expect(violations { $0.tables.workspaces[id]?.version += 1 } == [.wrongEffect(on: "workspace \(id)")])
    #expect(violations { $0.tables.workspaces[id]?.parent = "elsewhere" } == [.wrongEffect(on: "workspace \(id)")])
    #expect(violations { $0.tables.workspaces["other"] = workspace } == [.unknownEffect(on: "workspace other")])
    #expect(violations { $0.tables.sequences[workspace.tenant]? += 1 } == [.wrongSequence(tenant: workspace.tenant)])
  }

  @Test func `a query answered with too little, with something else or not at all is named`() throws {
    let tenant = workload.tenants[0]
    let last = try #require(evidence.tables.sequences[tenant].map { Int($0) })
    let index = try #require(evidence.readings.firstIndex { $0.tenant == tenant && $0.sequence == last })
    let reading = evidence.readings[index]
    let id = try #require(reading.workspaces.keys.first)
    #expect(
      violations { $0.readings[index].sequence = last - 1 }
        == [.staleReading(tenant: tenant, minimum: last, found: last - 1)])
    #expect(
      violations { $0.readings[index].workspaces[id]?.name = "other" }
        == [.wrongReading(tenant: tenant, sequence: last)])
    #expect(
      violations { $0.readings[index].type = "workspace.list.rejected (sequence_not_reached)" } == [
        .refusedReading(tenant: tenant, minimum: last, type: "workspace.list.rejected (sequence_not_reached)")
      ])
    #expect(
      violations { $0.readings[index].sequence = nil }
        == [.refusedReading(tenant: tenant, minimum: last, type: "workspace.list.succeeded")])
    let cascade = try #require(workload.steps.first { $0.tenant == tenant && $0.changes.count > 1 })
    let event = try #require(evidence.events.first { $0.command == cascade.id })
    let middle = try #require(event.sequence)
    #expect(
      violations { evidence in
        evidence.readings.append(
          .init(tenant: tenant, minimum: nil, type: reading.type, sequence: middle, workspaces: reading.workspaces))
      } == [.wrongReading(tenant: tenant, sequence: middle)],
      "half of a command")
  }

  @Test func `leftovers are named`() {
    #expect(violations { $0.tables.outbox = 2 } == [.leftInOutbox(count: 2)])
    #expect(
      violations { $0.tables.failed = [.init(command: "c", how: "parked")] } == [.failed(command: "c", how: "parked")])
    #expect(
      violations { $0.depths["workspace.commands.dead"] = 1 } == [.leftInQueue("workspace.commands.dead", count: 1)])
    let id = workload.steps[10].id
    #expect(violations { $0.tables.answers[id] = nil } == [.lostAnswer(command: id)])
    #expect(violations { $0.tables.answers["other"] = [1] } == [.unknownAnswer(command: "other")])
  }
}

extension Workload {
  fileprivate func first(where condition: (Step) -> Bool) -> (index: Int, step: Step)? {
    steps.enumerated().first { condition($0.element) }.map { (index: $0.offset, step: $0.element) }
  }
}

extension Workload.Step {
  /// What it lists.
  fileprivate var page: (workspaces: [TenantModel.Workspace], next: String?)? {
    if case .succeeded(.page(let workspaces, let next)) = decision { (workspaces, next) } else { nil }
  }
}

extension Evidence {
  /// The evidence left by a flawless worker.
  fileprivate init(of workload: Workload) {
    self.init()
    for step in workload.steps {
      let body = Array("result of \(step.id)".utf8)
      results.append(
        Message(command: step.id, tenant: step.tenant, type: step.resultType, body: body, decision: step.decision))
      tables.answers[step.id] = body
      for change in step.changes {
        let sequence = tables.sequences[step.tenant, default: 0] + 1
        tables.sequences[step.tenant] = sequence
        events.append(
          Message(
            command: step.id, tenant: step.tenant, type: change.type, sequence: Int(sequence),
            body: Array("event \(sequence) of \(step.id)".utf8), change: change))
      }
    }
    replies = results
    for (tenant, trees) in workload.trees {
      readings += trees.map { sequence, workspaces in
        Reading(
          tenant: tenant, minimum: sequence, type: "workspace.list.succeeded", sequence: sequence,
          workspaces: workspaces)
      }
    }
    tables.workspaces = workload.workspaces
    tables.groups = workload.groups
    tables.roles = workload.roles
  }
}
