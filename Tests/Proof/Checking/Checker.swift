import EndToEndSupport

/// Compares the outcome of a workload with the promises.
package struct Checker: Sendable {
  let workload: Workload

  package init(_ workload: Workload) { self.workload = workload }

  /// - Returns: all broken promises; empty is the proof.
  package func violations(in evidence: Evidence) -> [Violation] {
    results(evidence) + replies(evidence) + events(evidence) + effects(evidence.tables)
      + answers(evidence) + readings(evidence) + remains(evidence)
      + evidence.changedBatches.map { .changedBatch(id: $0) }
  }

  /// At least once, always in the same bytes; the first copies in the order of the tenant's commands.
  private func results(_ evidence: Evidence) -> [Violation] {
    var violations: [Violation] = []
    var bodies: [String: [UInt8]] = [:]
    var order: [String: [String]] = [:]
    let steps = Dictionary(workload.steps.map { ($0.id, $0) }) { first, _ in first }
    for result in evidence.results {
      guard let step = steps[result.command] else {
        violations.append(.unknownResult(command: result.command))
        continue
      }
      if let body = bodies[result.command] {
        if body != result.body { violations.append(.changedResult(command: result.command)) }
        continue
      }
      bodies[result.command] = result.body
      order[result.tenant, default: []].append(result.command)
      if let violation = decision(result, step) { violations.append(violation) }
    }
    for tenant in workload.tenants {
      let expected = workload.steps(of: tenant).map(\.id).filter { bodies[$0] != nil }
      if let (command, expected) = Self.difference(order[tenant, default: []], expected) {
        violations.append(.disorderedResults(tenant: tenant, command: command, expected: expected))
      }
    }
    return violations + workload.steps.filter { bodies[$0.id] == nil }.map { .lostResult(command: $0.id) }
  }

  /// Each decision and answer follows from the earlier commands of its tenant, and from no others.
  private func decision(_ result: Evidence.Message, _ step: Workload.Step) -> Violation? {
    guard result.type == step.resultType, result.decision?.code == step.decision.code else {
      return .wrongDecision(
        command: step.id, found: Self.text(result.type, result.decision),
        expected: Self.text(step.resultType, step.decision))
    }
    return result.decision == step.decision ? nil : .wrongAnswer(command: step.id)
  }

  private static func text(_ type: String, _ decision: TenantModel.Decision?) -> String {
    type + (decision?.code.map { " (\($0))" } ?? "")
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
}

extension Sequence {
  fileprivate func firstIndex(where condition: (Element) -> Bool) -> Int? {
    enumerated().first { condition($0.element) }?.offset
  }
}
