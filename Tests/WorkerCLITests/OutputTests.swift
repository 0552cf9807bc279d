import FoundationEssentials
import Messaging
import Operations
import Testing
import WorkspaceDomain

@testable import WorkerCLI

@Suite struct OutputTests {
  @Test func `a table cell can't break the line or control the terminal`() {
    var table = TextTable(header: ["A", "B"])
    table.add(["x\n2026 forged", "\u{1B}[2J\u{9B}1m\u{2028}\u{202E}"])
    #expect(table.text.split(separator: "\n").count == 2)
    #expect(table.text.contains(#"x\u{a}2026 forged"#) && table.text.contains(#"\u{1b}[2J\u{9b}1m\u{2028}\u{202e}"#))
  }

  @Test(arguments: [(2, true), (3, false)])
  func `a count of groups says that there are more`(limit: Int, isTruncated: Bool) {
    let time = Timestamp(milliseconds: 0)
    let groups = (0..<3).map { DeadLetterGroup(value: "\($0)", count: 9 - $0, first: time, last: time) }
    let report = DeadLetterGroupReport(key: .type, groups, limit: limit)
    #expect(report.groups.map(\.value) == (0..<limit).map(String.init))
    #expect(report.isTruncated == isTruncated && report.text.contains("there are more") == isTruncated)
  }

  @Test func `a message is one line, and otherwise unchanged outside a terminal`() {
    #expect(MessageLine(Array("{\n \"a\": \"\u{1B}\"\r\n}".utf8), isShown: false).text == "{  \"a\": \"\u{1B}\"  }")
    #expect(MessageLine(Array("{\n \"a\": \"\u{1B}\"}".utf8), isShown: true).text == #"{  "a": "\u{1b}"}"#)
  }

  private struct Report: Encodable {
    struct Entry: Encodable {
      let routingKey = "k"
    }
    let tenantID = 1
    let replayOf = 2
    let isEdited = true
    let `operator` = "o"
    let baseURL = "u"
    let already_so = 3
    let notSent = ["myKey": 1, "amqp.url": 2, "X-Header": 3, "workspace.create_root.succeeded": 4]
    let entries = ["someEntry": [Entry()]]
  }

  @Test func `keys of reports are in snake_case, and keys of dictionaries are data`() throws {
    let text = try OutputOptions.json(Report())
    #expect(
      text == """
        {"already_so":3,"base_url":"u","entries":{"someEntry":[{"routing_key":"k"}]},"is_edited":true,\
        "not_sent":{"X-Header":3,"amqp.url":2,"myKey":1,"workspace.create_root.succeeded":4},"operator":"o",\
        "replay_of":2,"tenant_id":1}
        """)
    #expect(try OutputOptions.json(["someKey": Report.Entry()]) == #"{"someKey":{"routing_key":"k"}}"#)
  }

  @Test func `headers and properties of a message keep their names`() throws {
    var properties = MessageProperties()
    properties.replyTo = "q"
    properties.messageID = "m"
    properties.headers = HeaderTable()
    properties.headers?.append("myOwnHeader", "x")
    let body = Array(#"{"someKey":1}"#.utf8)
    let message = AMQPMessage(exchange: "e", routingKey: "k", properties: properties, body: body)
    #expect(
      try OutputOptions.json(MessageReport(message)) == #"""
        {"body":"{\"someKey\":1}","exchange":"e","headers":[{"name":"myOwnHeader","value":"x"}],\#
        "properties":{"message_id":"m","reply_to":"q"},"routing_key":"k"}
        """#)
  }

  @Test func `a long body is shown with its beginning and the number of further bytes`() {
    let body = Array(String(repeating: "ä", count: 100_000).utf8)
    let message = AMQPMessage(exchange: "e", routingKey: "k", properties: MessageProperties(), body: [0x61] + body)
    let text = MessageReport(message).text(below: [("id", "1")])
    #expect(text.utf8.count < 70_000)
    #expect(text.contains("200001 bytes") && text.hasSuffix("more bytes: --format json has all of them"))
    #expect(!text.contains("base64"))
  }
}
