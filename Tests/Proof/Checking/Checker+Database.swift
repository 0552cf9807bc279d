extension Checker {
  /// Each command had its effect exactly once: a second rename would show in a version, a second creation in a row, and
  /// a role that was removed and came back in an extra one.
  func effects(_ tables: Evidence.Tables) -> [Violation] {
    let rows =
      differences(tables.workspaces, workload.workspaces) { "workspace \($0)" }
      + differences(tables.groups, workload.groups) { "group \($0)" }
      + differences(tables.roles, workload.roles) { "\($0)" }
    let sequences = workload.tenants.filter { tenant in
      tables.sequences[tenant] != Int64(workload.steps(of: tenant).reduce(0) { $0 + $1.changes.count })
    }
    return rows + sequences.map { .wrongSequence(tenant: $0) }
  }

  private func differences<Key, Row: Equatable>(
    _ found: [Key: Row], _ expected: [Key: Row], name: (Key) -> String
  ) -> [Violation] {
    let missing = expected.compactMap { key, row -> Violation? in
      guard let other = found[key] else { return .lostEffect(on: name(key)) }
      return other == row ? nil : .wrongEffect(on: name(key))
    }
    return missing + found.keys.filter { expected[$0] == nil }.map { .unknownEffect(on: name($0)) }
  }

  /// What the inbox keeps, for every later repetition, is what was published.
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
