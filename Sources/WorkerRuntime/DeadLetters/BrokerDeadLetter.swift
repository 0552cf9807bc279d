import CrashWitness
import MessageContract
package import Messaging
import UnitOfWork

/// A message that the broker itself has dead-lettered: it expired, its queue was full, or another consumer refused it.
package struct BrokerDeadLetter: Sendable {
  package let delivery: Delivery
  let key: DeadLetterKey
  let origin: DeadLetterOrigin
  /// The envelope, as far as it can be read.
  let envelope: PartialEnvelope
  /// Acknowledges the delivery.
  let acknowledger: Acknowledger

  /// - Parameters:
  ///   - queue: the queue that the message was delivered from, as `<virtual host>/<queue>`.
  ///   - decoder: nil if decoding the message has killed too many processes.
  init(_ delivery: Delivery, queue: String, decoder: CommandDecoder?, acknowledger: Acknowledger) {
    self.delivery = delivery
    key = DeadLetterKey(queue: queue, fingerprint: MessageFingerprint.of(delivery.original))
    origin = DeadLetterOrigin(delivery)
    do throws(InvalidCommand) {
      let command = try InHand.with(delivery.body, .decoding) { () throws(InvalidCommand) in
        try decoder?.decode(delivery.body, delivery.properties)
      }
      envelope = command.map { PartialEnvelope($0) } ?? PartialEnvelope()
    } catch {
      envelope = error.envelope
    }
    self.acknowledger = acknowledger
  }
}
