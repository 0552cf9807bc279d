import Messaging
import StrictJSON

/// What the properties of a message say about the form of its body, and what to tell a sender who uses a form that is
/// not accepted.
struct MessageForm {
  /// The content types of a CloudEvent in structured JSON mode.
  private static let contentTypes: [ShortString] = [CloudEventsType.event, "application/json"]
  private static let wanted = "send one CloudEvent in structured mode, application/cloudevents+json"

  static let binaryProblem =
    "the message is in binary mode, with its attributes in headers; \(wanted): all attributes and data in the body"

  private let properties: MessageProperties

  init(_ properties: MessageProperties) { self.properties = properties }

  /// What is wrong with the content type of a message with a JSON body; nil if nothing is.
  var problem: String? {
    // An element of a batch has the properties of the message that it came in.
    guard let type = mediaType, !Self.contentTypes.contains(type), !isBatch else { return nil }
    return "the content type is \(Excerpt.of(type)); \(Self.wanted)"
  }

  func explanation(of problem: JSONReader.Problem) -> String {
    let explanation = problem.explanation(of: "the body")
    if properties.type == "amqp-1.0" {
      return "\(explanation): it is an AMQP 1.0 value or sequence; send the JSON as data"
    }
    if let encoding = properties.contentEncoding, !Self.isPlain(encoding) {
      return "\(explanation): its content encoding is \(Excerpt.of(encoding)); send it without one"
    }
    return self.problem.map { "\(explanation); \($0)" } ?? explanation
  }

  func explanationOfNoObject(_ value: JSONValue) -> String {
    guard !isBatch else { return "an element of the batch is not a JSON object" }
    guard case .array = value else { return "the body is not a JSON object" }
    return
      "the body is a JSON array, not an object; the content type of a batch of commands is application/cloudevents-batch+json"
  }

  /// The attributes of an event in binary mode, by their names in JSON; nil if the headers have none.
  ///
  /// Source:
  /// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/amqp-protocol-binding.md#3131-amqp-application-property-names
  var binaryAttributes: JSONObject? {
    guard let headers = properties.headers else { return nil }
    let members = Self.attributes.compactMap { name -> JSONObject.Member? in
      let value = headers.string("cloudEvents:\(name)") ?? headers.string("cloudEvents_\(name)")
      return value.map { JSONObject.Member(key: name, value: .string($0)) }
    }
    return members.isEmpty ? nil : JSONObject(members)
  }

  private static let attributes = [
    "specversion", "id", "source", "type", "tenantid", "userid", "traceparent", "tracestate",
  ]

  /// The message holds commands in the JSON Batch Format of CloudEvents, or is an element of such a message.
  var isBatch: Bool { mediaType == CloudEventsType.batch }

  /// The content type without parameters, in lower case; nil if there is none. Text that isn't UTF-8 stays as it is.
  private var mediaType: ShortString? {
    guard let type = properties.contentType, !type.bytes.isEmpty else { return nil }
    // Nearly all senders write it like this. In any other spelling, case, white space and parameters don't count
    // (RFC 9110, section 8.3.1).
    if Self.contentTypes.contains(type) || type == CloudEventsType.batch { return type }
    let isSpace = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    let name = type.bytes.prefix { $0 != UInt8(ascii: ";") }.drop(while: isSpace).reversed().drop(while: isSpace)
    return String(validating: name.reversed(), as: UTF8.self).flatMap { ShortString($0.lowercased()) } ?? type
  }

  /// Whether the encoding leaves the bytes as they are.
  private static func isPlain(_ encoding: ShortString) -> Bool {
    ["", "identity", "utf-8", "utf8", "8bit", "binary"].contains(encoding.text?.lowercased())
  }
}
