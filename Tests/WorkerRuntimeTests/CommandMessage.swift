import MessageContract
import Messaging
import TestFixtures
import WorkspaceDomain

/// A command as a message, before a broker delivers it.
struct CommandMessage: Sendable {
  /// Its correlation id, by which tests identify it.
  let label: String
  var properties = MessageProperties()
  var body: [UInt8]

  /// - Parameters:
  ///   - id: the command's id; the label if omitted.
  ///   - data: JSON text.
  ///   - extra: further attributes, as JSON text that begins with a comma.
  init(
    _ label: String, _ type: String, id: String? = nil, tenant: UInt64 = 1, data: String = "{}", extra: String = ""
  ) {
    let text = """
      {"specversion":"1.0","id":"\(id ?? label)","source":"/upstream","type":"workspace.\(type)",\
      "tenantid":"\(TenantID.sample(tenant))","data":\(data)\(extra)}
      """
    self.init(label, body: Array(text.utf8))
  }

  init(_ label: String, body: [UInt8]) {
    self.label = label
    self.body = body
    properties.correlationID = ShortString(label)
  }

  static func createRoot(_ label: String, id: UInt64, tenant: UInt64 = 1) -> CommandMessage {
    CommandMessage(label, "create_root", tenant: tenant, data: #"{"workspace_id":"\#(WorkspaceID.sample(id))"}"#)
  }

  static func create(_ label: String, _ name: String, below parent: UInt64, id: UInt64, tenant: UInt64 = 1)
    -> CommandMessage
  {
    CommandMessage(
      label, "create", tenant: tenant,
      data:
        #"{"name":"\#(name)","parent_workspace_id":"\#(WorkspaceID.sample(parent))","workspace_id":"\#(WorkspaceID.sample(id))"}"#
    )
  }

  static func rename(_ label: String, _ id: UInt64, to name: String, tenant: UInt64 = 1) -> CommandMessage {
    CommandMessage(
      label, "rename", tenant: tenant, data: #"{"workspace_id":"\#(WorkspaceID.sample(id))","name":"\#(name)"}"#)
  }

  static func delete(_ label: String, _ id: UInt64, tenant: UInt64 = 1) -> CommandMessage {
    CommandMessage(label, "delete", tenant: tenant, data: #"{"workspace_id":"\#(WorkspaceID.sample(id))"}"#)
  }

  static func get(_ label: String, _ id: UInt64, tenant: UInt64 = 1) -> CommandMessage {
    CommandMessage(label, "get", tenant: tenant, data: #"{"workspace_id":"\#(WorkspaceID.sample(id))"}"#)
  }

  static func invalid(_ label: String) -> CommandMessage { CommandMessage(label, body: Array("no JSON".utf8)) }

  /// The same on behalf of a user.
  static func by(_ user: String, _ message: CommandMessage) -> CommandMessage {
    var message = message
    message.body.removeLast()
    message.body += Array(#","userid":"\#(user)"}"#.utf8)
    return message
  }

  func with(_ change: (inout MessageProperties) -> Void) -> CommandMessage {
    var copy = self
    change(&copy.properties)
    return copy
  }

  func delivery(_ number: UInt64, generation: UInt64 = 1, isRedelivered: Bool = false) -> Delivery {
    Delivery(
      tag: DeliveryTag(generation: generation, number: number), isRedelivered: isRedelivered,
      exchange: "workspace.commands",
      routingKey: "workspace.any", properties: properties, body: body)
  }
}

extension Delivery {
  var label: String { properties.correlationID?.text ?? "" }
}
