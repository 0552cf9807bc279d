import MessageContract
import Messaging
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

extension ReadSet {
  /// Everything that `assignment` could need to know.
  init(_ assignment: Assignment, _ environment: ExecutionEnvironment, lines: [TenantID: ParkedLine]) {
    let running = assignment.messages.filter { $0.mayRun(lines) }
    self.init(
      running.compactMap { $0.command.map { (context: $0.context, command: $0.command) } }, rules: environment.rules)
    tenants.formUnion(assignment.messages.compactMap { $0.command?.context.tenantID })
    for message in assignment.messages { ask(about: message) }
    for letter in assignment.letters { letter.envelope.key.map { ask(about: $0) } }
    let beginning = assignment.messages.filter { $0.verdict?.isParked ?? false }.map(\.tenantID)
    for message in assignment.messages where message.isRedelivered {
      // The message may have been recorded or parked before, if only its acknowledgement did not arrive.
      let isInLine = message.tenantID.map { lines[$0] != nil || beginning.contains($0) } ?? false
      guard message.command == nil || message.verdict?.isDeadLetter == true || isInLine else { continue }
      let fingerprint = MessageFingerprint.of(message.original)
      deadLetters.insert(DeadLetterKey(queue: environment.queue, fingerprint: fingerprint))
      if isInLine { parked.insert(fingerprint) }
    }
    for letter in assignment.letters where letter.delivery.isRedelivered { deadLetters.insert(letter.key) }
    guard environment.parking.whenFull == .skip else { return }
    for message in assignment.messages where message.parked == nil {
      guard let context = message.command?.context, lines[context.tenantID] != nil else { continue }
      waiting.insert(context.key)
    }
  }

  private mutating func ask(about message: ReceivedMessage) {
    switch message.content {
    case .success(let command):
      inbox.insert(InboxQuestion(key: command.context.key, fingerprint: command.fingerprint))
      if let reference = message.properties.replayReference { replays.insert(reference) }
    case .failure(let invalid):
      if let key = invalid.envelope.key { ask(about: key) }
    }
  }

  /// Asks whether, and since when, a command with that key has been answered.
  private mutating func ask(about key: InboxKey) { inbox.insert(InboxQuestion(key: key)) }
}

extension ReceivedMessage {
  /// Whether its command may be run. Nothing is read or decided for one that has a verdict, or has to join a line: that
  /// would be in vain, and what is hard to decide is often the reason for the verdict, or for the line.
  fileprivate func mayRun(_ lines: [TenantID: ParkedLine]) -> Bool {
    guard verdict == nil, let command else { return false }
    return parked != nil || lines[command.context.tenantID] == nil
  }
}
