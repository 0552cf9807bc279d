import MessageContract
import Messaging
import WorkspaceApplication

/// Turns messages into queries.
struct QueryReception: Sendable {
  let decoder: QueryDecoder
  let responder: QueryResponder
  /// See ``QuerySettings/timeout``.
  let timeout: Duration

  /// - Returns: nil if the message has no reply address: it is then already settled.
  func query(of delivery: Delivery, _ intake: QueryIntake) throws(InvalidCommand) -> ReceivedQuery? {
    let content = try decoder.decoded(delivery)
    guard delivery.properties.replyTo?.bytes.isEmpty == false else {
      responder.settle(delivery, intake, content.type, .unaddressed)
      return nil
    }
    return ReceivedQuery(content, delivery, deadline: delivery.deadline(timeout: timeout), intake: intake)
  }

  /// The failure to report for a query that has killed too many processes; it is not run again.
  ///
  /// - Parameter isDecodable: whether the last of these processes had decoded it.
  func crashLoop(_ delivery: Delivery, isDecodable: Bool) -> InvalidCommand {
    guard isDecodable, let content = try? decoder.decoded(delivery) else { return .crashLoop(PartialEnvelope()) }
    return .crashLoop(PartialEnvelope(content.type, content.context, subject: content.query.subject))
  }
}
