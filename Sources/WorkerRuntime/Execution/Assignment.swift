package import UnitOfWork

/// The work of one transaction.
package struct Assignment: Sendable {
  /// Messages to be executed, in this order.
  package var messages: [ReceivedMessage]
  /// Messages dead-lettered by the broker, to be recorded.
  package var letters: [BrokerDeadLetter] = []
  /// Messages that were published, to be removed from the outbox.
  package var confirmed: [OutboxID] = []
  package var line: ParkedLineChange?

  package init(_ messages: [ReceivedMessage], confirmed: [OutboxID] = [], line: ParkedLineChange? = nil) {
    self.messages = messages
    self.confirmed = confirmed
    self.line = line
  }

  /// Splits off the first `count` messages, with everything else in the assignment. The other messages follow in parts
  /// of twice that size, then four times, and so on: the next message may be undecided for the same reason, and each
  /// time, the data read for the messages behind it is wasted.
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
