import DeliveryPipeline
import Testing
import WorkerRuntime

@Suite struct DeadLetterMessageTests {
  private func letter(_ properties: MessageProperties, publisher: ShortString? = "worker", body: [UInt8] = [0, 0xFF]) -> OutboundMessage {
    DeadLetterMessage.message(
      for: Delivery(
        tag: DeliveryTag(generation: 1, number: 1), isRedelivered: true, exchange: "workspace.commands", routingKey: "workspace.get",
        properties: properties, body: body),
      to: "dead", reason: "invalid_data", detail: "why", publisher: publisher)
  }

  private var everything: MessageProperties {
    var properties = MessageProperties()
    properties.contentType = "text/plain"
    properties.contentEncoding = "gzip"
    properties.deliveryMode = 1
    properties.priority = 7
    properties.correlationID = "correlation"
    properties.replyTo = "reply"
    properties.messageID = "message"
    properties.timestamp = 17
    properties.type = "type"
    properties.appID = "app"
    properties.clusterID = "cluster"
    var headers = HeaderTable()
    headers.append("tenantid", "t")
    headers.append("count", Int64(3))
    headers.append("reason", "of the sender")
    properties.headers = headers
    return properties
  }

  @Test("body, properties and headers are kept byte for byte, and the reason stands behind them")
  func kept() {
    let original = everything
    let message = letter(original)
    #expect(message.exchange == "dead")
    #expect(message.routingKey == "workspace.get")
    #expect(message.body == [0, 0xFF])
    var properties = message.properties
    let headers = properties.headers
    #expect(headers?.entries.starts(with: original.headers?.entries ?? [1]) == true)
    #expect(headers?.string("reason") == "invalid_data")
    #expect(headers?.string("reason_detail") == "why")
    #expect(headers?.string("tenantid") == "t")
    properties.headers = original.headers
    #expect(properties == original)
  }

  @Test("an expiration, which would make the broker drop it, moves to a header")
  func expiration() {
    var properties = everything
    properties.expiration = "60000"
    let message = letter(properties)
    #expect(message.properties.expiration == nil)
    #expect(message.properties.headers?.string("x-original-expiration") == "60000")
    #expect(letter(everything).properties.headers?.string("x-original-expiration") == nil)
  }

  @Test("a user that is not the publisher's, which the broker would refuse, moves to a header", arguments: [
    ("alice", "worker", nil, "alice"), ("alice", nil, nil, "alice"), ("worker", "worker", "worker", nil), (nil, "worker", nil, nil),
  ] as [(ShortString?, ShortString?, ShortString?, String?)])
  func userID(sender: ShortString?, publisher: ShortString?, kept: ShortString?, moved: String?) {
    var properties = everything
    properties.userID = sender
    let message = letter(properties, publisher: publisher)
    #expect(message.properties.userID == kept)
    #expect(message.properties.headers?.string("x-original-user-id") == moved)
  }

  @Test("a message without headers gets some")
  func noHeaders() {
    #expect(letter(MessageProperties()).properties.headers?.string("reason") == "invalid_data")
  }

  @Test("headers that leave no room for the reason give way to it")
  func hugeHeaders() {
    var properties = everything
    for (size, isKept) in [(120 << 10, true), (126 << 10, false)] {
      var headers = HeaderTable()
      headers.append("huge", Array(repeating: UInt8(ascii: "h"), count: size))
      properties.headers = headers
      let message = letter(properties)
      #expect((message.properties.headers?.string("huge") != nil) == isKept)
      #expect((message.properties.headers?.string("x-original-headers") == nil) == isKept)
      #expect(message.properties.headers?.string("reason") == "invalid_data")
      #expect((message.properties.headers?.entries.count ?? 0) < 128 << 10)
    }
  }
}
