import MessageContract
import Messaging

/// A valid command as text; tests replace, add or omit attributes.
struct SampleCommand {
  static let tenant = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
  static let workspace = "01ARZ3NDEKTSV4RRFFQ69G5FAW"
  static let parent = "01ARZ3NDEKTSV4RRFFQ69G5FAX"
  static let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

  private var attributes: [(name: String, value: String)] = [
    ("specversion", "\"1.0\""), ("id", "\"c-1\""), ("source", "\"/upstream\""), ("type", "\"workspace.get\""),
    ("tenantid", "\"\(tenant)\""), ("data", "{\"workspace_id\":\"\(workspace)\"}"),
  ]

  /// - Parameters:
  ///   - type: the command's type.
  ///   - data: the JSON text of its data.
  init(_ type: String = "workspace.get", data: String? = nil) {
    set("type", "\"\(type)\"")
    if let data { set("data", data) }
  }

  /// The same with the JSON text `value` under `name`; nil omits the attribute.
  func with(_ name: String, _ value: String?) -> SampleCommand {
    var copy = self
    copy.set(name, value)
    return copy
  }

  private mutating func set(_ name: String, _ value: String?) {
    let index = attributes.firstIndex { $0.name == name }
    switch (index, value) {
    case (let index?, let value?): attributes[index].value = value
    case (let index?, nil): attributes.remove(at: index)
    case (nil, let value?): attributes.append((name, value))
    case (nil, nil): break
    }
  }

  var text: String { "{" + attributes.map { "\"\($0.name)\":\($0.value)" }.joined(separator: ",") + "}" }
  var reversedText: String {
    "{\n" + attributes.reversed().map { "  \"\($0.name)\" : \($0.value)" }.joined(separator: " ,\n") + "\n}\n"
  }
  var bytes: [UInt8] { Array(text.utf8) }

  func decoded() throws(InvalidCommand) -> DecodedCommand { try CommandDecoder().decode(bytes, contentType: nil) }

  /// Why it is refused; nil if it is not.
  var refusal: InvalidCommand? {
    do throws(InvalidCommand) {
      _ = try decoded()
      return nil
    } catch {
      return error
    }
  }
}
