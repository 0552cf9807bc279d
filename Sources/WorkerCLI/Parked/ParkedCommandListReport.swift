import PostgresStore
import UnitOfWork
import WorkspaceDomain

/// What `parked list --tenant` prints.
struct ParkedCommandListReport: Encodable {
  let commands: [Entry]
  /// What `--after` takes for the next page; nil on the last one.
  let next: Int64?

  struct Entry: Encodable {
    let id: Int64
    let tenantID: String
    let commandType: String
    let commandSource: String
    let commandID: String
    /// RFC 3339.
    let parkedAt: String
    let failures: Int
    let firstFailedAt: String?
    let lastFailedAt: String?
    let error: String?
    /// Nil for those that wait behind another one.
    let dueAt: String?
    /// Why an operator wants it among the dead letters.
    let deadLetterRequest: String?
    let bytes: Int

    /// - Parameter bytes: the size of the message.
    init(_ entry: ParkedEntry, bytes: Int) {
      let command = entry.command
      self.bytes = bytes
      id = entry.id.number
      tenantID = command.tenantID.description
      commandType = command.type
      commandSource = command.source
      commandID = command.commandID
      parkedAt = command.parkedAt.description
      failures = command.failures?.count ?? 0
      firstFailedAt = command.failures?.first.description
      lastFailedAt = command.failures?.last.description
      error = command.failures?.error
      dueAt = command.dueAt?.description
      deadLetterRequest = entry.deadLetterRequest
    }

    /// What becomes of it next, for people.
    var state: String {
      if deadLetterRequest != nil { return "to the dead letters" }
      guard let dueAt else { return "waits" }
      // An operator's word sets a time long ago.
      return dueAt < parkedAt ? "due now" : "due \(dueAt)"
    }
  }

  init(_ entries: [PostgresParkedCommands.ListedCommand], hasMore: Bool) {
    commands = entries.map { Entry($0.entry, bytes: $0.bytes) }
    next = hasMore ? commands.last?.id : nil
  }

  var text: String {
    guard !commands.isEmpty else { return "no parked commands" }
    var table = TextTable(header: ["ID", "PARKED AT", "TYPE", "FAILURES", "STATE", "ERROR"])
    for entry in commands {
      table.add(["\(entry.id)", entry.parkedAt, entry.commandType, "\(entry.failures)", entry.state, entry.error ?? "-"])
    }
    return table.text + (next.map { "\nmore: --after \($0)" } ?? "")
  }
}
