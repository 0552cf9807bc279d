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
}
