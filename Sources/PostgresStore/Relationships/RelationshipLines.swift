import PostgresClient
import UnitOfWork
import WorkspaceDomain

/// Changes of relationships as text in a column: a line for each, its fields separated by tabs. No id holds a control
/// character.
enum RelationshipLines {
  static func text(_ changes: [RelationshipChange]) -> String { changes.map(line).joined(separator: "\n") }

  static func changes(_ text: String) throws(PostgresError) -> [RelationshipChange] {
    var changes: [RelationshipChange] = []
    for line in text.split(separator: "\n") {
      guard let change = change(line) else { throw .decoding(reason: "a relationship change can't be read") }
      changes.append(change)
    }
    return changes
  }

  private static func line(_ change: RelationshipChange) -> String {
    switch change {
    case .added(let relationship): (["+"] + fields(relationship)).joined(separator: "\t")
    case .removed(let relationship): (["-"] + fields(relationship)).joined(separator: "\t")
    }
  }

  private static func fields(_ relationship: Relationship) -> [String] {
    switch relationship {
    case .role(let role, of: let member, on: let object):
      ["role", role.rawValue] + fields(object) + [member.kind.rawValue, member.id]
    case .tenant(let tenantID, of: let object): ["tenant", tenantID.description] + fields(object)
    case .parent(let parentID, of: let id): ["parent", parentID.description, id.description]
    case .root(let id, of: let tenantID): ["root", id.description, tenantID.description]
    case .creators(let tenantID, on: let id): ["creators", tenantID.description, id.description]
    }
  }

  private static func fields(_ object: Resource) -> [String] { [object.type.rawValue, object.ulid.description] }

  private static func change(_ line: Substring) -> RelationshipChange? {
    let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    guard fields.count > 3, let relationship = relationship(fields[1], Array(fields[2...])) else { return nil }
    switch fields[0] {
    case "+": return .added(relationship)
    case "-": return .removed(relationship)
    default: return nil
    }
  }

  private static func relationship(_ kind: String, _ fields: [String]) -> Relationship? {
    switch (kind, fields.count) {
    case ("role", 5):
      guard let role = Role(rawValue: fields[0]), let object = object(fields[1], fields[2]),
        let kind = Member.Kind(rawValue: fields[3])
      else { return nil }
      // A user's id was valid when it was stored.
      let member: Member? = kind == .user ? .user(UserID(stored: fields[4])) : GroupID(fields[4]).map(Member.group)
      return member.map { .role(role, of: $0, on: object) }
    case ("tenant", 3):
      guard let tenantID = TenantID(fields[0]), let object = object(fields[1], fields[2]) else { return nil }
      return .tenant(tenantID, of: object)
    case ("parent", 2):
      guard let parentID = WorkspaceID(fields[0]), let id = WorkspaceID(fields[1]) else { return nil }
      return .parent(parentID, of: id)
    case ("root", 2):
      guard let id = WorkspaceID(fields[0]), let tenantID = TenantID(fields[1]) else { return nil }
      return .root(id, of: tenantID)
    case ("creators", 2):
      guard let tenantID = TenantID(fields[0]), let id = WorkspaceID(fields[1]) else { return nil }
      return .creators(tenantID, on: id)
    default: return nil
    }
  }

  private static func object(_ type: String, _ id: String) -> Resource? {
    guard let type = ResourceType(rawValue: type), let id = ULID(id) else { return nil }
    return Resource(type, id)
  }
}
