import Foundation
package import Messaging
import TestSupport
import WorkspaceDomain

/// A command message to send.
package struct Command: Sendable {
  package var routingKey: ShortString
  package var properties = MessageProperties()
  package var body: [UInt8]

  /// - Parameter line: a complete CloudEvent.
  package init(line: String) throws {
    let event = try CloudEvent(Array(line.utf8))
    routingKey = ShortString(event.type) ?? ""
    body = Array(line.utf8)
    properties.contentType = "application/cloudevents+json"
    properties.deliveryMode = 2
  }

  /// - Parameter data: JSON.
  package init(
    _ type: String, _ data: String, tenant: String, id: String = newID(), source: String = "/tests", extra: String = ""
  ) {
    routingKey = ShortString(type) ?? ""
    body = Array(
      #"{"specversion":"1.0","id":"\#(id)","source":"\#(source)","type":"\#(type)","tenantid":"\#(tenant)"\#(extra),"data":\#(data)}"#
        .utf8)
    properties.contentType = "application/cloudevents+json"
    properties.deliveryMode = 2
  }

  package var id: String { (try? CloudEvent(body).id) ?? "" }

  package func replying(to queue: ShortString) -> Command {
    var command = self
    command.properties.replyTo = queue
    return command
  }

  package func message(to exchange: ShortString = "workspace.commands") -> AMQPMessage {
    AMQPMessage(exchange: exchange, routingKey: routingKey, properties: properties, body: body)
  }

  package static func newID() -> String { ULID.random().description }
}

/// The commands on a tenant's workspaces.
extension Command {
  package static func createRoot(_ tenant: String, id workspace: String, name: String = "root") -> Command {
    Command("workspace.create_root", #"{"name":"\#(name)","workspace_id":"\#(workspace)"}"#, tenant: tenant)
  }

  package static func create(_ tenant: String, _ name: String, below parent: String, id workspace: String = newID())
    -> Command
  {
    Command(
      "workspace.create", #"{"name":"\#(name)","parent_workspace_id":"\#(parent)","workspace_id":"\#(workspace)"}"#,
      tenant: tenant)
  }

  package static func rename(_ tenant: String, _ workspace: String, to name: String) -> Command {
    Command("workspace.rename", #"{"workspace_id":"\#(workspace)","name":"\#(name)"}"#, tenant: tenant)
  }

  package static func move(_ tenant: String, _ workspace: String, to parent: String) -> Command {
    Command("workspace.move", #"{"workspace_id":"\#(workspace)","parent_workspace_id":"\#(parent)"}"#, tenant: tenant)
  }

  package static func delete(_ tenant: String, _ workspace: String) -> Command {
    Command("workspace.delete", #"{"workspace_id":"\#(workspace)"}"#, tenant: tenant)
  }

  package static func get(_ tenant: String, _ workspace: String) -> Command {
    Command("workspace.get", #"{"workspace_id":"\#(workspace)"}"#, tenant: tenant)
  }
}
