import Messaging
import StrictJSON

/// A result of a command that was sent.
struct SentResult {
  let body: [UInt8]
  let type: String
  /// The sequence of the last event that the command caused; nil if it caused none, and for a repeated result or one of
  /// a batch.
  let sequence: Int64?
  /// The error code of a rejection or a failure.
  let code: String?
  /// Identifies the command that it answers, by message and within it. If two commands of a message have the same id,
  /// each has an answer.
  let key: String

  /// The results in a reply: one, or those of a batch.
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

  /// - Parameter number: the position among the results in its reply that have this command's id, from 1.
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
