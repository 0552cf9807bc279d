package import UnitOfWork

/// What one transaction is to do.
package struct Assignment: Sendable {
  /// To be carried out in this order.
  package var messages: [ReceivedMessage]
  /// To be recorded.
  package var letters: [BrokerDeadLetter] = []
  /// What is decided already, about a message that stands alone.
  package var verdict: Verdict?
  /// Messages that were published, to be removed from the outbox.
  package var confirmed: [OutboxID] = []
  package var line: ParkedLineChange?

  package init(
    _ messages: [ReceivedMessage], verdict: Verdict? = nil, confirmed: [OutboxID] = [], line: ParkedLineChange? = nil
  ) {
    self.messages = messages
    self.verdict = verdict
    self.confirmed = confirmed
    self.line = line
  }
}
