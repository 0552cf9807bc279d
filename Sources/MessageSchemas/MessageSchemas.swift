import MessageContract
import StrictJSON

/// The JSON Schemas (draft 2020-12) of all messages: `schemas/messages.schema.json`, as built into the program.
package enum MessageSchemas {
  /// All schemas in one document; each message has its own under `$defs`.
  package static var document: [UInt8] { PackageResources.messages_schema_json }

  /// The message types that have schemas, sorted by name.
  package static var names: [String] { definitions.filter { $0.contains(".") } }

  /// The self-contained schema of one message.
  ///
  /// - Returns: nil if there is no message type of that name.
  package static func schema(_ name: String) -> [UInt8]? {
    guard names.contains(name) else { return nil }
    let kept = root.filter { $0.key != "anyOf" && $0.key != "$id" }
    let own = [
      JSONObject.Member(key: "$id", value: .string("urn:workspace-worker:messages:\(name)")),
      JSONObject.Member(key: "$ref", value: .string("#/$defs/\(name)")),
    ]
    guard let document = JSONObject(kept + own) else { return nil }
    var writer = JSONWriter()
    writer.value(.object(document))
    return writer.bytes
  }

  private static var root: [JSONObject.Member] {
    guard case .object(let document) = try? JSONReader.read(document) else { return [] }
    return document.members
  }

  private static var definitions: [String] {
    guard case .object(let definitions) = root.first(where: { $0.key == "$defs" })?.value else { return [] }
    return definitions.members.map(\.key)
  }
}
