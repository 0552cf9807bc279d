import MessageContract
import Messaging

/// Makes queries of messages.
struct QueryReception: Sendable {
  let decoder: QueryDecoder
  let responder: QueryResponder
  /// See ``QuerySettings/timeout``.
  let timeout: Duration

  /// - Returns: nil where the message is done with already: it names nobody who could be told.
  func query(of delivery: Delivery, _ intake: QueryIntake) throws(InvalidCommand) -> ReceivedQuery? {
    let content = try decoder.decoded(delivery)
    guard delivery.properties.replyTo?.bytes.isEmpty == false else {
      responder.settle(delivery, intake, content.type, .unaddressed)
      return nil
    }
    return ReceivedQuery(content, delivery, deadline: delivery.deadline(timeout: timeout), intake: intake)
  }

  /// What to tell of a query that processes have died of; it is not begun again.
  ///
  /// - Parameter isDecodable: the last of them had decoded it.
  func crashLoop(_ delivery: Delivery, isDecodable: Bool) -> InvalidCommand {
    guard isDecodable, let content = try? decoder.decoded(delivery) else { return .crashLoop(PartialEnvelope()) }
    return .crashLoop(PartialEnvelope(content.type, content.context))
  }
}
