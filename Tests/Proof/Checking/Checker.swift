/// Compares what came of a workload with what was promised.
package struct Checker: Sendable {
  let workload: Workload

  package init(_ workload: Workload) { self.workload = workload }

  /// - Returns: everything that was not kept; empty is the proof.
  package func violations(in evidence: Evidence) -> [Violation] {
    results(evidence) + replies(evidence) + events(evidence) + effects(evidence.tables)
      + answers(evidence) + remains(evidence)
  }

  /// At least once, always in the same bytes; the first copies in the order of the tenant's commands.
  private func results(_ evidence: Evidence) -> [Violation] {
    var violations: [Violation] = []
    var bodies: [String: [UInt8]] = [:]
    var order: [String: [String]] = [:]
    let known = Set(workload.steps.map(\.id))
    for result in evidence.results {
      guard known.contains(result.command) else {
        violations.append(.unknownResult(command: result.command))
        continue
      }
      if let body = bodies[result.command] {
        if body != result.body { violations.append(.changedResult(command: result.command)) }
        continue
      }
      bodies[result.command] = result.body
      order[result.tenant, default: []].append(result.command)
      if !result.type.hasSuffix(".succeeded") { violations.append(.refused(command: result.command, type: result.type)) }
    }
    for tenant in workload.tenants {
      let expected = workload.steps(of: tenant).map(\.id).filter { bodies[$0] != nil }
      if let (command, expected) = Self.difference(order[tenant, default: []], expected) {
        violations.append(.disorderedResults(tenant: tenant, command: command, expected: expected))
      }
    }
    return violations + workload.steps.filter { bodies[$0.id] == nil }.map { .lostResult(command: $0.id) }
  }

  /// The first place where two lists differ; an empty text where one of them ends.
  static func difference(_ found: [String], _ expected: [String]) -> (found: String, expected: String)? {
    guard found != expected else { return nil }
    let place = zip(found, expected).firstIndex { $0 != $1 } ?? min(found.count, expected.count)
    return (found.dropFirst(place).first ?? "", expected.dropFirst(place).first ?? "")
  }

  private func replies(_ evidence: Evidence) -> [Violation] {
    let results = Dictionary(evidence.results.map { ($0.command, $0.body) }) { first, _ in first }
    var answered: Set<String> = []
    var violations: [Violation] = []
    for reply in evidence.replies {
      answered.insert(reply.command)
      if let result = results[reply.command], result != reply.body {
        violations.append(.changedReply(command: reply.command))
      }
    }
    return violations + workload.steps.filter { !answered.contains($0.id) }.map { .lostReply(command: $0.id) }
  }

  /// At least once, always in the same bytes; the first copies numbered without a gap, one for each change, in order.
  private func events(_ evidence: Evidence) -> [Violation] {
    var violations: [Violation] = []
    var known: [String: [Evidence.Message]] = [:]
    for event in evidence.events {
      let events = known[event.tenant, default: []]
      let sequence = event.sequence ?? 0
      if sequence == events.count + 1 {
        known[event.tenant, default: []].append(event)
      } else if events.indices.contains(sequence - 1) {
        if events[sequence - 1].body != event.body {
          violations.append(.changedEvent(tenant: event.tenant, sequence: sequence))
        }
      } else {
        violations.append(.gap(tenant: event.tenant, last: events.count, next: sequence))
      }
    }
    for tenant in workload.tenants {
      let expected = workload.steps(of: tenant).filter(\.isChange).map(\.id)
      let events = known[tenant, default: []]
      if let wrong = zip(events, expected).firstIndex(where: { $0.command != $1 }) {
        violations.append(.wrongEvent(tenant: tenant, sequence: wrong + 1))
      }
      if events.count != expected.count {
        violations.append(.lostEvents(tenant: tenant, last: events.count, expected: expected.count))
      }
    }
    return violations
  }
}

extension Sequence {
  fileprivate func firstIndex(where condition: (Element) -> Bool) -> Int? {
    enumerated().first { condition($0.element) }?.offset
  }
}
