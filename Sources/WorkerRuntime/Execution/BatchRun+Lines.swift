import MessageContract
import Messaging
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// Commands that wait in lines.
extension BatchRun {
  /// Puts a command at the end of its tenant's line.
  mutating func lineUp(
    _ message: ReceivedMessage, _ command: DecodedCommand, behind line: ParkedLine
  ) throws(Failure) -> Outcome? {
    let fingerprint = message.isRedelivered ? MessageFingerprint.of(message.original) : nil
    // The command was parked before, and its acknowledgement did not arrive.
    if let fingerprint, snapshot.parked.contains(fingerprint) {
      note(.separate, to: message)
      return nil
    }
    let now = environment.clock.now()
    let tenantID = line.tenantID
    let added = joined[tenantID, default: (0, 0)]
    switch environment.parking.room(in: line, added: added.count, bytes: added.bytes, at: now) {
    case .none where isAnswered(command, message): return try answer(message, command)
    case .none:
      return try deadLetter(
        message, .lineFull, attempts: .init(count: 0, first: now), isRemembered: !mayWait(command.context.key))
    case .reserve: overfull.insert(tenantID)
    case .regular: break
    }
    return park(message, command, nil, until: nil)
  }

  /// Whether an earlier copy of a command may be waiting in the line: a remembered failure of the later copy would
  /// answer the earlier one, which would not be executed. With `strict`, a full line is too long to be searched: a copy
  /// is assumed.
  private func mayWait(_ key: InboxKey) -> Bool { environment.parking.whenFull == .strict || waiting.contains(key) }

  /// Parks a command. Its tenant's later commands line up behind it, including those in this batch.
  ///
  /// - Parameter dueAt: nil unless the command is the first of its line.
  mutating func park(
    _ message: ReceivedMessage, _ command: DecodedCommand, _ failures: ParkedCommand.Failures?, until dueAt: Timestamp?
  ) -> Outcome {
    let original = message.original
    note(.separate, to: message)
    let (tenantID, now) = (command.context.tenantID, environment.clock.now())
    if lines[tenantID] == nil {
      lines[tenantID] = ParkedLine(tenantID: tenantID, count: 0, bytes: 0, oldest: now, dueAt: dueAt ?? now)
    }
    waiting.insert(command.context.key)
    joined[tenantID, default: (0, 0)].count += 1
    joined[tenantID, default: (0, 0)].bytes += original.size
    writeSet.parked.append(
      ParkedCommand(
        tenantID: tenantID, type: command.type.rawValue, source: command.context.key.source,
        commandID: command.context.key.id, message: original, fingerprint: MessageFingerprint.of(original),
        parkedAt: now, process: environment.process, failures: failures, dueAt: dueAt))
    return .parked
  }
}
