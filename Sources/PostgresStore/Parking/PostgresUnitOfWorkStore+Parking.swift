import Logging
import PostgresClient
package import UnitOfWork
package import WorkspaceDomain

extension PostgresUnitOfWorkStore {
  package func lines(dueWithin longest: Duration) async throws(UnitOfWorkError) -> [ParkedLine] {
    let strays = try await read(ParkedCommandsTable.strays(queue: queue)) { row throws(PostgresError) in
      try row.int8("id")
    }
    for id in strays {
      try await quarantine("parked_commands", id, "its tenant is not a ULID", ParkedCommandsTable.quarantine)
    }
    try await repair(dueWithin: longest)
    let rows = try await single(ParkedCommandsTable.lines(queue: queue))
    return rows.compactMap { row in try? ParkedCommandsTable.line(row) }
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

  /// Makes sure that the first command of each line, and no other, has a due time, and one within `longest`, if given.
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
