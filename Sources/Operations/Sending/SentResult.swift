import Messaging
import StrictJSON

/// A result of a command that was sent.
struct SentResult {
  let body: [UInt8]
  let type: String
  /// Of the last event that the command caused; nil where it caused none, or not just now, or is one of a batch.
  let sequence: Int64?
  /// Of a rejection or a failure.
  let code: String?
  /// Which command it answers: of which message, and which of those in it. Of two that have the same id in one message,
  /// each has an answer.
  let key: String

  /// What a reply holds: one result, or those of a batch.
  static func all(in reply: Delivery) -> [SentResult] {
    let message = reply.properties.correlationID?.text ?? ""
    guard reply.body.first == UInt8(ascii: "["),
      let elements = try? JSONArraySplitter.split(reply.body, limit: reply.body.count)
    else {
      let sequence = reply.properties.headers?.string("sequence").flatMap { Int64($0) }
      return [SentResult(reply.body, of: message, number: 1, sequence: sequence)]
    }
    var counts: [String: Int] = [:]
    return elements.map { element in
      let body = Array(reply.body[element])
      let first = SentResult(body, of: message, number: 1)
      counts[first.key, default: 0] += 1
      return SentResult(body, of: message, number: counts[first.key, default: 1])
    }
  }

  /// - Parameter number: of the results that have this command's id, in its reply.
  private init(_ body: [UInt8], of message: String, number: Int, sequence: Int64? = nil) {
    self.body = body
    self.sequence = sequence
    let document = if case .object(let document) = try? JSONReader.read(body) { document } else { JSONObject.empty }
    func text(_ name: String) -> String { if case .string(let text) = document[name] { text } else { "" } }
    let type = text("type")
    self.type = type.isEmpty ? "unknown" : type
    if case .object(let data) = document["data"], case .object(let error) = data["error"],
      case .string(let code) = error["code"]
    {
      self.code = code
    } else {
      code = nil
    }
    key = [message, text("tenantid"), text("commandsource"), text("commandid"), "\(number)"].joined(separator: "\n")
  }
}
