/// The result of publishing one transaction's messages.
package struct PublicationReport: Sendable {
  package let messageCount: Int
  /// From handing the messages over to their last confirm.
  package let duration: Duration
  /// The latency of each delivery of the transaction.
  package let latencies: [DeliveryLatency]

  package init(messageCount: Int, duration: Duration, latencies: [DeliveryLatency]) {
    self.messageCount = messageCount
    self.duration = duration
    self.latencies = latencies
  }
}
