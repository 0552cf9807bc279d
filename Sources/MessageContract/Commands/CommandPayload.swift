import StrictJSON
import WorkspaceApplication

/// A command's payload: its member `data`, or the JSON in `data_base64`, which SDKs write when given bytes
/// (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md#31-handling-of-data).
enum CommandPayload {
  /// If both members are missing or null, or the Base64 is that of `null`, the payload is `{}`.
  static func read(from document: JSONObject) throws(CommandData.Problem) -> JSONObject {
    switch (document["data"] ?? .null, document["data_base64"] ?? .null) {
    case (.null, .null): .empty
    case (.object(let data), .null): data
    case (_, .null): throw CommandData.Problem(detail: "data is not an object")
    case (.null, .string(let text)): try decode(text)
    case (.null, _): throw CommandData.Problem(detail: "data_base64 is not a Base64 string")
    default: throw CommandData.Problem(detail: "data and data_base64 are both present")
    }
  }

  /// The member `data` alone: the payload as it was defined until migration 12.
  static func written(in document: JSONObject) -> JSONObject {
    if case .object(let data) = document["data"] { data } else { .empty }
  }

  private static func decode(_ text: String) throws(CommandData.Problem) -> JSONObject {
    guard let bytes = Base64.decode(text.utf8) else { throw CommandData.Problem(detail: "data_base64 is not Base64") }
    let value: JSONValue
    do throws(JSONReader.Problem) {
      value = try JSONReader.read(bytes)
    } catch {
      throw CommandData.Problem(detail: "data_base64 does not contain JSON: \(error.explanation(of: "its content"))")
    }
    return switch value {
    case .object(let data): data
    case .null: .empty
    default: throw CommandData.Problem(detail: "data_base64 does not contain a JSON object")
    }
  }
}

extension JSONReader.Problem {
  /// - Parameter subject: what was read, such as "the body".
  func explanation(of subject: String) -> String {
    switch self {
    case .malformed(let offset): "\(subject) is not valid JSON from byte \(offset) on"
    case .nestedTooDeeply: "\(subject) is nested more than \(JSONReader.maximumDepth) levels deep"
    case .numberOutOfRange: "\(subject) has a number that is out of range"
    case .duplicateKey: "\(subject) has an object with a duplicate key"
    }
  }
}
