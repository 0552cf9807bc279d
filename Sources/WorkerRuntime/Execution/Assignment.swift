package import UnitOfWork

/// What one transaction is to do.
package struct Assignment: Sendable {
  /// To be carried out in this order.
  package var messages: [ReceivedMessage]
  /// To be recorded.
  package var letters: [BrokerDeadLetter] = []
  /// Messages that were published, to be removed from the outbox.
  package var confirmed: [OutboxID] = []
  package var line: ParkedLineChange?

  package init(_ messages: [ReceivedMessage], confirmed: [OutboxID] = [], line: ParkedLineChange? = nil) {
    self.messages = messages
    self.confirmed = confirmed
    self.line = line
  }

  /// Its first `count` messages, with all else, and the others.
  func split(after count: Int) -> (Assignment, Assignment) {
    var first = self
    first.messages = Array(messages.prefix(count))
    return (first, Assignment(Array(messages.dropFirst(count))))
  }

  /// Its messages, or its letters, as two of them; nil where there is only one. What is to be removed from the outbox goes with
  /// the first.
  var halves: (Assignment, Assignment)? {
    guard messages.count + letters.count > 1 else { return nil }
    var (first, second) = (self, self)
    (first.messages, second.messages) = messages.halves
    (first.letters, second.letters) = letters.halves
    second.confirmed = []
    return (first, second)
  }
}

extension Array {
  fileprivate var halves: ([Element], [Element]) { (Array(prefix(count / 2)), Array(dropFirst(count / 2))) }
}
