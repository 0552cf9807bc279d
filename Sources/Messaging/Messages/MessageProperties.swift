/// The basic properties of a message (AMQP 0-9-1, section 1.8.3 of the generated specification), byte for byte.
package struct MessageProperties: Sendable, Equatable {
  package var contentType: ShortString?
  package var contentEncoding: ShortString?
  package var headers: HeaderTable?
  /// 1: transient, 2: persistent.
  package var deliveryMode: UInt8?
  package var priority: UInt8?
  package var correlationID: ShortString?
  package var replyTo: ShortString?
  package var expiration: ShortString?
  package var messageID: ShortString?
  /// Seconds since 1970.
  package var timestamp: UInt64?
  package var type: ShortString?
  /// The broker refuses a message whose `user_id` is not that of the connection which publishes it.
  package var userID: ShortString?
  package var appID: ShortString?
  package var clusterID: ShortString?

  package init() {}

  /// The size of the header table and the short strings, in bytes.
  package var size: Int {
    // Added one by one: an array would cost an allocation per message.
    var count = headers?.entries.count ?? 0
    count += Self.size(contentType) + Self.size(contentEncoding) + Self.size(correlationID) + Self.size(replyTo)
    count += Self.size(expiration) + Self.size(messageID) + Self.size(type) + Self.size(userID)
    return count + Self.size(appID) + Self.size(clusterID)
  }

  private static func size(_ string: ShortString?) -> Int { string?.bytes.count ?? 0 }
}
