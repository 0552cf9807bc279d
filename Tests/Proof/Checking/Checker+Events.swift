import EndToEndSupport

extension Checker {
  /// At least once, always in the same bytes; the first copies numbered without gaps, one for each change, in order:
  /// what is removed with something is reported before it.
  func events(_ evidence: Evidence) -> [Violation] {
    var violations: [Violation] = []
    let events = Self.numbered(evidence.events, &violations)
    for tenant in workload.tenants { violations += differences(events[tenant, default: []], of: tenant) }
    return violations
  }

  /// - Returns: the first copies of each tenant's events up to the first gap.
  private static func numbered(
    _ events: [Evidence.Message], _ violations: inout [Violation]
  ) -> [String: [Evidence.Message]] {
    var numbered: [String: [Evidence.Message]] = [:]
    for event in events {
      let known = numbered[event.tenant, default: []]
      let sequence = event.sequence ?? 0
      if sequence == known.count + 1 {
        numbered[event.tenant, default: []].append(event)
      } else if known.indices.contains(sequence - 1) {
        guard known[sequence - 1].body != event.body else { continue }
        violations.append(.changedEvent(tenant: event.tenant, sequence: sequence))
      } else {
        violations.append(.gap(tenant: event.tenant, last: known.count, next: sequence))
      }
    }
    return numbered
  }

  /// The first event out of order, and how many there are.
  private func differences(_ events: [Evidence.Message], of tenant: String) -> [Violation] {
    let expected = workload.steps(of: tenant).flatMap { step in step.changes.map { (command: step.id, change: $0) } }
    var violations: [Violation] = []
    for (number, (event, told)) in zip(1..., zip(events, expected)) {
      if event.command == told.command, event.change == told.change { continue }
      violations.append(
        event.command == told.command
          ? .wrongChange(tenant: tenant, sequence: number, command: told.command)
          : .wrongEvent(tenant: tenant, sequence: number))
      break
    }
    if events.count != expected.count {
      violations.append(.lostEvents(tenant: tenant, last: events.count, expected: expected.count))
    }
    return violations
  }
}
