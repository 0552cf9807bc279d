import WorkspaceApplication
import WorkspaceDomain

/// Reads the `data` of a command. Unknown members are ignored; a null counts as left out.
struct CommandData {
  struct Problem: Error {
    let detail: String
  }

  private let data: JSONObject

  static func command(_ type: CommandType, _ data: JSONObject) throws(Problem) -> WorkspaceCommand {
    let data = CommandData(data: data)
    return switch type {
    case .createRoot: .createRoot(name: try data.string("name"), id: try data.workspaceID("workspace_id"))
    case .create:
      .create(
        name: try data.required("name", data.string("name")),
        parentID: try data.required("parent_workspace_id", data.workspaceID("parent_workspace_id")),
        id: try data.workspaceID("workspace_id"))
    case .rename:
      .rename(id: try data.target(), name: try data.required("name", data.string("name")))
    case .delete: .delete(id: try data.target())
    case .get: .get(id: try data.target())
    case .list: .list(limit: try data.limit(), after: try data.workspaceID("after"))
    }
  }

  private func target() throws(Problem) -> WorkspaceID {
    try required("workspace_id", workspaceID("workspace_id"))
  }

  private func required<Value>(_ name: String, _ value: Value?) throws(Problem) -> Value {
    guard let value else { throw Problem(detail: "\(name) is missing") }
    return value
  }

  private func string(_ name: String) throws(Problem) -> String? {
    switch data[name] {
    case .string(let text): return text
    case nil, .null: return nil
    default: throw Problem(detail: "\(name) is not a string")
    }
  }

  private func workspaceID(_ name: String) throws(Problem) -> WorkspaceID? {
    guard let text = try string(name) else { return nil }
    guard let id = WorkspaceID(text) else { throw Problem(detail: "\(name) is not a ULID") }
    return id
  }

  private func limit() throws(Problem) -> Int {
    switch data["limit"] {
    case nil, .null: return ContractLimits.defaultPageLength
    case .number(let number):
      if let limit = number.integer, (1...ContractLimits.maximumPageLength).contains(limit) { return limit }
    default: break
    }
    throw Problem(detail: "limit is not a whole number from 1 to \(ContractLimits.maximumPageLength)")
  }
}
