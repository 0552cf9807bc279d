import Messaging
import UnitOfWork
import WorkspaceDomain

/// The lines of parked commands, and the record of crashes, of ``InMemoryUnitOfWorkStore``.
struct ParkingTables {
  private(set) var entries: [ParkedEntry] = []
  private var deaths: [FatalMessages.BodyHash: FatalMessages.Deaths] = [:]
  private var activeProcess: ULID?
  private var hasDiedUnexplained = false
  private var lastNumber: Int64 = 0

  var lines: [ParkedLine] {
    Dictionary(grouping: entries, by: \.command.tenantID).values.compactMap { line in
      guard let dueAt = line[0].command.dueAt, let oldest = line.map(\.command.parkedAt).min() else { return nil }
      return ParkedLine(
        tenantID: line[0].command.tenantID, count: line.count, bytes: line.reduce(0) { $0 + $1.command.message.size },
        oldest: oldest, dueAt: dueAt)
    }
  }

  func due(at now: Timestamp, limit: Int, bytes: Int) -> [ParkedEntry] {
    let heads = entries.filter { $0.command.dueAt.map { $0 <= now } ?? false }
    guard let head = heads.min(by: { ($0.command.dueAt!, $0.id) < ($1.command.dueAt!, $1.id) }) else { return [] }
    var size = 0
    return Array(
      entries.filter { $0.command.tenantID == head.command.tenantID }.prefix(limit).prefix { entry in
        defer { size += entry.command.message.size }
        return size <= bytes
      })
  }

  mutating func becomeActive(_ process: ULID) -> FatalMessages {
    defer { (activeProcess, hasDiedUnexplained) = (process, false) }
    return FatalMessages(deaths: deaths, isUnexplained: hasDiedUnexplained)
  }

  mutating func died(_ process: ULID, of message: FatalMessages.BodyHash?, decoded: Bool) {
    if let message {
      deaths[message] = .init(count: (deaths[message]?.count ?? 0) + 1, isDecodable: decoded)
    } else if process == activeProcess {
      hasDiedUnexplained = true
    }
  }

  mutating func apply(_ writeSet: WriteSet) throws(UnitOfWorkError) {
    for command in writeSet.parked { try park(command) }
    switch writeSet.line {
    case .advance(let tenantID, let ids, _, let now): try advance(tenantID, removing: ids, at: now)
    case .postpone(_, let id, let failures, let process, let dueAt, let seen):
      guard let index = entries.firstIndex(where: { $0.id == id }) else { throw .conflict(constraint: nil) }
      let current = entries[index].command.dueAt
      entries[index] = entries[index].with(
        failures: failures, process: process, dueAt: current == seen ? dueAt : current ?? dueAt)
    case nil: break
    }
    for hash in writeSet.survived { deaths[hash] = nil }
  }

  private mutating func park(_ command: ParkedCommand) throws(UnitOfWorkError) {
    let hasHead = entries.contains { $0.command.tenantID == command.tenantID }
    guard hasHead == (command.dueAt == nil) else { throw .failed(reason: "a line has one first command") }
    lastNumber += 1
    entries.append(ParkedEntry(id: ParkedID(number: lastNumber), command: command))
  }

  private mutating func advance(_ tenantID: TenantID, removing ids: [ParkedID], at now: Timestamp)
    throws(UnitOfWorkError)
  {
    let count = entries.count
    entries.removeAll { ids.contains($0.id) }
    guard count - entries.count == ids.count else { throw .conflict(constraint: nil) }
    guard let index = entries.firstIndex(where: { $0.command.tenantID == tenantID }) else { return }
    let head = entries[index]
    guard head.command.dueAt == nil else { return }
    entries[index] = head.with(failures: head.command.failures, process: head.command.process, dueAt: now)
  }
}

extension ParkedEntry {
  fileprivate func with(failures: ParkedCommand.Failures?, process: ULID, dueAt: Timestamp) -> ParkedEntry {
    ParkedEntry(
      id: id,
      command: ParkedCommand(
        tenantID: command.tenantID, type: command.type, source: command.source, commandID: command.commandID,
        message: command.message, fingerprint: command.fingerprint, parkedAt: command.parkedAt, process: process,
        failures: failures, dueAt: dueAt),
      deadLetterRequest: deadLetterRequest)
  }
}
