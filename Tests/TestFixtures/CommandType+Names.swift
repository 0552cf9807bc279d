package import WorkspaceApplication

extension CommandType {
  package static let createRoot = CommandType(CreateRootWorkspace.self)
  package static let get = CommandType(GetWorkspace.self)
  package static let delete = CommandType(DeleteWorkspace.self)
}
