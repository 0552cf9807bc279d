import Logging
import PostgresClient
package import UnitOfWork
package import WorkspaceDomain

extension PostgresUnitOfWorkStore {
  /// Rows read by one statement: on a slow disk each can be a page of its own.
  private static let pageOfLines = 20_000

  package func lines(dueWithin longest: Duration) async throws(UnitOfWorkError) -> [ParkedLine] {
    try await repair(dueWithin: longest)
    var lines: [ParkedLine] = []
    var position: ParkedCommandsTable.LinePosition?
    repeat {
      let request = ParkedCommandsTable.lines(after: position, limit: Self.pageOfLines, queue: queue)
      let parts = try await read(request) { row throws(PostgresError) in
        (
          end: try ParkedCommandsTable.LinePosition(row), count: try row.count(),
          line: try? ParkedCommandsTable.line(row)
        )
      }
      for part in parts {
        // An id in another spelling would be a second line of the same tenant.
        guard let line = part.line, line.tenantID.description == part.end.tenant else {
          try await quarantineStrays(of: part.end.tenant)
          continue
        }
        if lines.last?.tenantID == line.tenantID { lines[lines.count - 1].append(line) } else { lines.append(line) }
      }
      position = parts.reduce(0) { $0 + $1.count } < Self.pageOfLines ? nil : parts.last?.end
    } while position != nil
    return lines
  }

  private func quarantineStrays(of tenant: String) async throws(UnitOfWorkError) {
    let strays = try await read(ParkedCommandsTable.strays(of: tenant, queue: queue)) { row throws(PostgresError) in
      try row.int8("id")
    }
    for id in strays {
      try await quarantine("parked_commands", id, "its tenant is not a ULID", ParkedCommandsTable.quarantine)
    }
  }

  package func due(at now: Timestamp, limit: Int, bytes: Int) async throws(UnitOfWorkError) -> [ParkedEntry] {
    let request = ParkedCommandsTable.due(at: now, limit: limit, bytes: bytes, queue: queue)
    while true {
      let (entries, unreadable) = try await readEach(request, ParkedCommandsTable.entry)
      guard !unreadable.isEmpty else { return entries }
      for (id, detail) in unreadable {
        try await quarantine("parked_commands", id, detail, ParkedCommandsTable.quarantine)
      }
      try await repair()
    }
  }

  /// Makes sure that the first command of each line, and no other, has a due time: within `longest`, if given.
  private func repair(dueWithin longest: Duration? = nil) async throws(UnitOfWorkError) {
    let answers = try await together(ParkedCommandsTable.repair(dueWithin: longest, queue: queue))
    let counts = answers.map { rows in (try? rows.first?.count()) ?? 0 }
    guard counts.contains(where: { $0 > 0 }) else { return }
    logger.warning(
      """
      due times of parked commands were inconsistent, as after a deleted row, a partial restore or a wrong clock; now \
      repaired
      """,
      metadata: ["demoted": "\(counts[0])", "promoted": "\(counts[1])"])
  }

  package func becomeActive(_ process: ULID, at now: Timestamp) async throws(UnitOfWorkError) -> FatalMessages {
    _ = try await single(FatalMessagesTable.deleteForgotten(queue: queue))
    let deaths = try await read(FatalMessagesTable.all(queue: queue), FatalMessagesTable.deaths)
    let isUnexplained = try await read(ActiveWorkersTable.activate(process, at: now, queue: queue)) {
      row throws(PostgresError) in try row.bool("is_unexplained")
    }
    return FatalMessages(deaths: Dictionary(deaths) { first, _ in first }, isUnexplained: isUnexplained[0])
  }
}
