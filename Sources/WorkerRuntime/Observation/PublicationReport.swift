/// What came of publishing what one transaction committed.
package struct PublicationReport: Sendable {
  package let messageCount: Int
  /// From handing the messages over to their last confirm.
  package let duration: Duration
  /// Of each delivery of the transaction.
  package let latencies: [DeliveryLatency]

  package init(messageCount: Int, duration: Duration, latencies: [DeliveryLatency]) {
    self.messageCount = messageCount
    self.duration = duration
    self.latencies = latencies
  }
}
