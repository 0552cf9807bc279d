import EndToEndSupport
import Messaging
import TestSupport

/// A message that isn't a valid command, and its expected outcome.
struct HostileMessage: Sendable {
  let name: String
  var command: Command
  /// The reason of its dead letter.
  let reason: String
  /// The type of its `.failed` result; nil if nobody can be told.
  let result: String?

  init(_ name: String, _ body: [UInt8], _ reason: String, result: String? = nil) {
    self.name = name
    command = Command("workspace.create", "{}", tenant: "")
    command.body = body
    self.reason = reason
    self.result = result
  }

  init(_ name: String, _ body: String, _ reason: String, result: String? = nil) {
    self.init(name, Array(body.utf8), reason, result: result)
  }

  func changing(_ change: (inout MessageProperties) -> Void) -> HostileMessage {
    var message = self
    change(&message.command.properties)
    return message
  }
}

/// A command assembled from parts, some of them invalid.
struct CommandParts: Sendable {
  private var attributes: [(name: String, json: String)] = [
    ("specversion", #""1.0""#), ("id", #""\#(Command.newID())""#), ("source", #""/hostile""#),
    ("type", #""workspace.create""#), ("tenantid", #""\#(Command.newID())""#),
    ("data", #"{"name":"n","parent_workspace_id":"\#(Command.newID())"}"#),
  ]

  /// - Parameters:
  ///   - name: an attribute.
  ///   - json: its value; nil to leave it out.
  func with(_ name: String, _ json: String?) -> CommandParts {
    var parts = self
    parts.attributes.removeAll { $0.name == name }
    if let json { parts.attributes.append((name, json)) }
    return parts
  }

  var text: String { "{" + attributes.map { #""\#($0.name)":\#($0.json)"# }.joined(separator: ",") + "}" }
}
