import Crypto
package import MessageContract
package import Messaging
import UnitOfWork
import WorkspaceDomain

/// Makes complete messages from results and events.
package struct OutboundMessages: Sendable {
  /// Made once, not for each message.
  private static let appID: ShortString = "workspace-worker"
  /// The routing key of batches, whatever is in them.
  private static let batchKey: ShortString = "workspace.batch"

  package let names: BrokerNames
  package let forms: PublishingForms

  package init(_ names: BrokerNames, _ forms: PublishingForms = PublishingForms()) {
    self.names = names
    self.forms = forms
  }

  /// The announcement of a dead letter, for all subscribers.
  package func announcement(_ announcement: EncodedMessage) -> OutboundMessage {
    message(announcement, to: names.deadLettersExchange, correlationID: nil)
  }

  /// An event for all subscribers.
  package func event(_ event: EncodedMessage) -> OutboundMessage {
    message(event, to: names.eventsExchange, correlationID: nil)
  }

  /// A result for all subscribers, if results are published singly, and, with the same bytes, for the command's
  /// `reply_to`.
  ///
  /// - Parameters:
  ///   - delivery: the command's message.
  ///   - commandID: the command's id, if it could be read.
  ///   - sequence: that of the last event that the command has just caused; a reply carries it as a header.
  package func result(
    _ result: EncodedMessage, of delivery: Delivery, commandID: String?, sequence: Int64? = nil
  ) -> [OutboundMessage] {
    let published = message(result, to: names.resultsExchange, correlationID: correlationID(delivery, commandID))
    let singles = forms.results.hasSingles ? [published] : []
    // An element of a batch is answered together with the others.
    guard delivery.element == nil, let reply = reply(published, to: delivery, sequence: sequence) else {
      return singles
    }
    return singles + [reply]
  }

  /// Results in batches, for the subscribers of batches. Each batch holds the results of many commands, so it has no
  /// correlation id.
  func batches(ofResults results: [EncodedMessage], at now: Timestamp) -> [OutboundMessage] {
    batches(of: results, at: now, to: names.resultBatchesExchange)
  }

  /// Events in batches, for the subscribers of batches.
  func batches(ofEvents events: [EncodedMessage], at now: Timestamp) -> [OutboundMessage] {
    batches(of: events, at: now, to: names.eventBatchesExchange)
  }

  private func batches(of messages: [EncodedMessage], at now: Timestamp, to exchange: ShortString) -> [OutboundMessage]
  {
    MessageBatches.split(messages).map { batch in
      self.batch(
        ids: batch.map(\.id.description), bodies: batch.map(\.body), at: now, to: exchange, routingKey: Self.batchKey)
    }
  }

  /// A result for the message's `reply_to` alone; nil if it names no usable queue.
  package func reply(_ result: EncodedMessage, of delivery: Delivery, commandID: String?) -> OutboundMessage? {
    reply(message(result, to: "", correlationID: correlationID(delivery, commandID)), to: delivery)
  }

  private func correlationID(_ delivery: Delivery, _ commandID: String?) -> ShortString? {
    delivery.properties.correlationID ?? commandID.flatMap { ShortString($0) }
  }

  private func reply(_ published: OutboundMessage, to delivery: Delivery, sequence: Int64? = nil) -> OutboundMessage? {
    guard let replyTo = delivery.properties.replyTo.flatMap(ReplyAddress.queue) else { return nil }
    var propertyList = published.propertyList
    if let sequence {
      var properties = published.properties
      properties.headers = properties.headers ?? HeaderTable()
      properties.headers?.append("sequence", String(sequence))
      propertyList = PropertyList(properties)
    }
    return OutboundMessage(exchange: "", routingKey: replyTo, propertyList: propertyList, body: published.body)
  }

  /// The results of the elements of one message, in the JSON Batch Format, for its `reply_to`; nil if it names no
  /// usable queue.
  ///
  /// The reply's id is derived from those of the results: the same content has the same id.
  func reply(_ part: BatchReply.Part, to delivery: Delivery, at now: Timestamp) -> OutboundMessage? {
    guard let replyTo = delivery.properties.replyTo.flatMap(ReplyAddress.queue) else { return nil }
    return batch(
      ids: part.ids, bodies: part.bodies, at: now, to: "", routingKey: replyTo,
      correlationID: delivery.properties.correlationID)
  }

  /// - Parameter ids: those of the contents, from which the message's id is derived.
  private func batch(
    ids: [String], bodies: [[UInt8]], at time: Timestamp, to exchange: ShortString, routingKey: ShortString,
    correlationID: ShortString? = nil
  ) -> OutboundMessage {
    var properties = MessageProperties()
    properties.contentType = CloudEventsType.batch
    properties.deliveryMode = 2
    ULID(of: ids, at: time).withText { properties.messageID = ShortString(bytes: Array($0)) }
    properties.correlationID = correlationID
    properties.timestamp = UInt64(time.milliseconds / 1000)
    properties.appID = Self.appID
    return OutboundMessage(
      exchange: exchange, routingKey: routingKey, properties: properties, body: CloudEventsType.array(bodies))
  }

  private func message(
    _ message: EncodedMessage, to exchange: ShortString, correlationID: ShortString?
  ) -> OutboundMessage {
    // Types are at most 255 bytes long: the decoder and the encoder ensure that.
    let type = ShortString(message.type) ?? "unknown"
    var properties = MessageProperties()
    properties.contentType = CloudEventsType.event
    properties.deliveryMode = 2
    message.id.withText { properties.messageID = ShortString(bytes: Array($0)) }
    properties.correlationID = correlationID
    properties.type = type
    properties.timestamp = UInt64(message.time.milliseconds / 1000)
    properties.appID = Self.appID
    if let tenantID = message.tenantID {
      var headers = HeaderTable()
      tenantID.ulid.withText { headers.append("tenantid", $0) }
      properties.headers = headers
    }
    return OutboundMessage(exchange: exchange, routingKey: type, properties: properties, body: message.body)
  }
}

extension ULID {
  /// The id of a batch: the time of its last element's id, and a hash of the ids of all elements.
  ///
  /// - Parameters:
  ///   - content: the ids of the elements.
  ///   - now: the time to use if the last id is not a ULID.
  fileprivate init(of content: [String], at now: Timestamp) {
    var hash = SHA256()
    for id in content { hash.update(data: Array(id.utf8)) }
    self.init(
      milliseconds: content.last.flatMap { ULID($0) }?.milliseconds ?? UInt64(clamping: now.milliseconds),
      randomness: .init(hash: Array(hash.finalize())))
  }
}
