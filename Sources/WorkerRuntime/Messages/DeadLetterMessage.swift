package import DeliveryPipeline

/// A message that nobody could process, as it goes to the dead letters: body, properties and headers as they were.
///
/// Two properties can't stay where they are, and move to headers: an `expiration` would make the broker drop the dead
/// letter (the broker's own dead-lettering moves it too), and the broker refuses a `user_id` other than that of the
/// connection that publishes (https://www.rabbitmq.com/docs/validated-user-id).
package enum DeadLetterMessage {
  /// A message's properties must fit one frame, which RabbitMQ holds at 128 KiB by default; other properties than the
  /// headers take at most 2.5 KiB of it. Headers that leave no room for the reason give way to it.
  private static let maximumHeaderBytes = 125 << 10

  /// - Parameters:
  ///   - reason: the reason code.
  ///   - detail: what is wrong, for people; no payload.
  ///   - publisher: the user as whom the worker publishes.
  package static func message(
    for delivery: Delivery, to exchange: ShortString, reason: String, detail: String, publisher: ShortString?
  ) -> OutboundMessage {
    var properties = delivery.properties
    var headers = properties.headers ?? HeaderTable()
    if headers.entries.count > maximumHeaderBytes {
      headers = HeaderTable()
      headers.append("x-original-headers", "left out: \(properties.headers?.entries.count ?? 0) bytes")
    }
    headers.append("reason", reason)
    headers.append("reason_detail", detail)
    if let expiration = properties.expiration {
      headers.append("x-original-expiration", expiration.bytes)
      properties.expiration = nil
    }
    if let userID = properties.userID, userID != publisher {
      headers.append("x-original-user-id", userID.bytes)
      properties.userID = nil
    }
    properties.headers = headers
    return OutboundMessage(
      exchange: exchange, routingKey: delivery.routingKey, properties: properties, body: delivery.body)
  }
}
