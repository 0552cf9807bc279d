import Crypto
package import MessageContract
package import Messaging
import UnitOfWork
import WorkspaceDomain

/// Makes complete messages from results and events.
package struct OutboundMessages: Sendable {
  /// Built once, not for each message.
  private static let appID: ShortString = "workspace-worker"
  /// The routing key of all batches.
  private static let batchKey: ShortString = "workspace.batch"

  package let names: BrokerNames
  package let forms: PublishingForms

  package init(_ names: BrokerNames, _ forms: PublishingForms = PublishingForms()) {
    self.names = names
    self.forms = forms
  }

  /// The announcement of a dead letter, for all subscribers.
  package func announcement(_ announcement: EncodedMessage) -> AMQPMessage {
    message(announcement, to: names.deadLettersExchange, correlationID: nil)
  }

  /// An event for all subscribers.
  package func event(_ event: EncodedMessage) -> AMQPMessage {
    message(event, to: names.eventsExchange, correlationID: nil)
  }

  /// A result for all subscribers, if results are published singly, and, with the same bytes, for the command's
  /// `reply_to`.
  ///
  /// - Parameters:
  ///   - properties: those of the command's message.
  ///   - isElement: the command is an element of a batch, and answered together with the others.
  ///   - commandID: the command's id, if it could be read.
  ///   - sequence: that of the last event that the command has just caused; a reply carries it as a header.
  package func result(
    _ result: EncodedMessage, of properties: MessageProperties, isElement: Bool, commandID: String?,
    sequence: Int64? = nil
  ) -> [AMQPMessage] {
    let published = message(result, to: names.resultsExchange, correlationID: correlationID(properties, commandID))
    let singles = forms.results.hasSingles ? [published] : []
    guard !isElement, let reply = reply(published, to: properties, sequence: sequence) else { return singles }
    return singles + [reply]
  }

  /// Results in batches, for the subscribers of batches. Each batch holds the results of many commands, so it has no
  /// correlation id.
  func batches(ofResults results: [EncodedMessage], at now: Timestamp) -> [AMQPMessage] {
    batches(of: results, at: now, to: names.resultBatchesExchange)
  }

  /// Events in batches, for the subscribers of batches.
  func batches(ofEvents events: [EncodedMessage], at now: Timestamp) -> [AMQPMessage] {
    batches(of: events, at: now, to: names.eventBatchesExchange)
  }

  private func batches(of messages: [EncodedMessage], at now: Timestamp, to exchange: ShortString) -> [AMQPMessage] {
    MessageBatches.split(messages).map { batch in
      self.batch(
        ids: batch.map(\.id.description), bodies: batch.map(\.body), at: now, to: exchange, routingKey: Self.batchKey)
    }
  }

  /// A result for the message's `reply_to` alone; nil if it names no usable queue.
  package func reply(_ result: EncodedMessage, of properties: MessageProperties, commandID: String?) -> AMQPMessage? {
    reply(message(result, to: "", correlationID: correlationID(properties, commandID)), to: properties)
  }

  private func correlationID(_ properties: MessageProperties, _ commandID: String?) -> ShortString? {
    properties.correlationID ?? commandID.flatMap { ShortString($0) }
  }

  private func reply(
    _ published: AMQPMessage, to command: MessageProperties, sequence: Int64? = nil
  ) -> AMQPMessage? {
    guard let replyTo = command.replyTo.flatMap(ReplyAddress.queue) else { return nil }
    var propertyList = published.propertyList
    if let sequence {
      var properties = published.properties
      properties.headers = properties.headers ?? HeaderTable()
      properties.headers?.append("sequence", String(sequence))
      propertyList = PropertyList(properties)
    }
    return AMQPMessage(exchange: "", routingKey: replyTo, propertyList: propertyList, body: published.body)
  }

  /// The results of the elements of one message, in the JSON Batch Format, for its `reply_to`; nil if it names no
  /// usable queue.
  ///
  /// The reply's id is derived from those of the results: the same content has the same id.
  func reply(_ part: BatchReply.Part, to command: MessageProperties, at now: Timestamp) -> AMQPMessage? {
    guard let replyTo = command.replyTo.flatMap(ReplyAddress.queue) else { return nil }
    return batch(
      ids: part.ids, bodies: part.bodies, at: now, to: "", routingKey: replyTo,
      correlationID: command.correlationID)
  }

  /// - Parameter ids: those of the contents, from which the message's id is derived.
  private func batch(
    ids: [String], bodies: [[UInt8]], at time: Timestamp, to exchange: ShortString, routingKey: ShortString,
    correlationID: ShortString? = nil
  ) -> AMQPMessage {
    var properties = MessageProperties()
    properties.contentType = CloudEventsType.batch
    properties.deliveryMode = 2
    ULID(of: ids, at: time).withText { properties.messageID = ShortString(bytes: Array($0)) }
    properties.correlationID = correlationID
    properties.timestamp = UInt64(time.milliseconds / 1000)
    properties.appID = Self.appID
    return AMQPMessage(
      exchange: exchange, routingKey: routingKey, properties: properties, body: CloudEventsType.array(bodies))
  }

  private func message(
    _ message: EncodedMessage, to exchange: ShortString, correlationID: ShortString?
  ) -> AMQPMessage {
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
    return AMQPMessage(exchange: exchange, routingKey: type, properties: properties, body: message.body)
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
