extension Checker {
  /// Each command had its effect exactly once: a second rename would show in a version, a second creation in a row.
  func effects(_ tables: Evidence.Tables) -> [Violation] {
    var violations: [Violation] = []
    for (id, expected) in workload.workspaces {
      switch tables.workspaces[id] {
      case expected: break
      case nil: violations.append(.lostEffect(workspace: id))
      case _?: violations.append(.wrongEffect(workspace: id))
      }
    }
    violations += tables.workspaces.keys.filter { workload.workspaces[$0] == nil }.map { .unknownEffect(workspace: $0) }
    for tenant in workload.tenants {
      let changes = workload.steps(of: tenant).count(where: \.isChange)
      if tables.sequences[tenant] != Int64(changes) { violations.append(.wrongSequence(tenant: tenant)) }
    }
    return violations
  }

  /// What the inbox keeps, for every repetition to come, is what was published.
  func answers(_ evidence: Evidence) -> [Violation] {
    let answers = evidence.tables.answers
    let results = Dictionary(evidence.results.map { ($0.command, $0.body) }) { first, _ in first }
    var violations: [Violation] = []
    for step in workload.steps {
      guard let answer = answers[step.id] else {
        violations.append(.lostAnswer(command: step.id))
        continue
      }
      if let result = results[step.id], result != answer { violations.append(.changedAnswer(command: step.id)) }
    }
    let known = Set(workload.steps.map(\.id))
    return violations + answers.keys.filter { !known.contains($0) }.map { .unknownAnswer(command: $0) }
  }

  func remains(_ evidence: Evidence) -> [Violation] {
    var violations: [Violation] = []
    violations += evidence.tables.failed.map { .failed(command: $0.command, how: $0.how) }
    if evidence.tables.outbox > 0 { violations.append(.leftInOutbox(count: evidence.tables.outbox)) }
    for (queue, count) in evidence.depths.sorted(by: { $0.key < $1.key }) where count > 0 {
      violations.append(.leftInQueue(queue, count: count))
    }
    return violations
  }
}
