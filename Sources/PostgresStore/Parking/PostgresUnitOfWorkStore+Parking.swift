import PostgresClient
package import UnitOfWork
package import WorkspaceDomain

extension PostgresUnitOfWorkStore {
  package func lines() async throws(UnitOfWorkError) -> [ParkedLine] {
    _ = try await single(BegunMessagesTable.deleteForgotten(queue: queue))
    return try await read(ParkedCommandsTable.lines(queue: queue), ParkedCommandsTable.line)
  }

  package func due(at now: Timestamp, limit: Int, bytes: Int) async throws(UnitOfWorkError) -> [ParkedEntry] {
    try await read(ParkedCommandsTable.due(at: now, limit: limit, bytes: bytes, queue: queue), ParkedCommandsTable.entry)
  }

  package func becomeActive(_ process: ULID, at now: Timestamp) async throws(UnitOfWorkError) -> Bool {
    try await read(ActiveWorkersTable.activate(process, at: now, queue: queue)) { row throws(PostgresError) in
      try row.bool(0)
    }[0]
  }

  package func noteBegin(
    of fingerprint: [UInt8], in process: ULID, at now: Timestamp
  ) async throws(UnitOfWorkError) -> BegunMessage {
    let request = BegunMessagesTable.begin(fingerprint, in: process, at: now, queue: queue)
    return try await read(request) { row throws(PostgresError) in
      BegunMessage(processes: Int(try row.int4(0)), isDecodable: try row.bool(1))
    }[0]
  }

  package func noteDecoded(_ fingerprint: [UInt8]) async throws(UnitOfWorkError) {
    _ = try await single(BegunMessagesTable.noteDecoded(fingerprint, queue: queue))
  }
}
