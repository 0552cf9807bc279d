package import UnitOfWork

/// The work of one transaction.
package struct Assignment: Sendable {
  /// To be executed in this order.
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

  /// Its first `count` messages, with everything else; and the other messages, in parts that double from twice as many:
  /// what has left the next message undecided once may do so again and again, and each time what is behind it is read
  /// in vain.
  func parts(undecidedAfter count: Int) -> [Assignment] {
    var first = self
    first.messages = Array(messages.prefix(count))
    var parts = [first]
    var (rest, size) = (messages.dropFirst(count), count * 2)
    while !rest.isEmpty {
      parts.append(Assignment(Array(rest.prefix(size))))
      (rest, size) = (rest.dropFirst(size), size * 2)
    }
    return parts
  }

  /// Splits its messages, or its letters, in two; nil if there is only one. The outbox entries to remove go with the
  /// first half.
  var halves: [Assignment]? {
    guard messages.count + letters.count > 1 else { return nil }
    var (first, second) = (self, self)
    (first.messages, second.messages) = messages.halves
    (first.letters, second.letters) = letters.halves
    second.confirmed = []
    return [first, second]
  }
}

extension Array {
  fileprivate var halves: ([Element], [Element]) { (Array(prefix(count / 2)), Array(dropFirst(count / 2))) }
}
