/// The commands by their names on the wire.
package enum CommandType: String, Sendable, CaseIterable {
  case createRoot = "workspace.create_root"
  case create = "workspace.create"
  case rename = "workspace.rename"
  case delete = "workspace.delete"
  case get = "workspace.get"
  case list = "workspace.list"
}
