package import SpiceDBClient
package import UnitOfWork
package import WorkspaceDomain

/// Maps relationships to the types and relations of the SpiceDB schema.
extension SpiceDBRelationship {
  package init(_ relationship: Relationship) {
    switch relationship {
    case .role(let role, of: let member, on: let object):
      self.init(
        resource: SpiceDBObject(object), relation: Self.relation(of: role, on: object.type),
        subject: SpiceDBSubject(member))
    case .tenant(let tenantID, of: let object):
      self.init(resource: SpiceDBObject(object), relation: "tenant", subject: SpiceDBSubject(.tenant(tenantID)))
    case .parent(let parentID, of: let id):
      self.init(
        resource: SpiceDBObject(.workspace(id)), relation: "parent", subject: SpiceDBSubject(.workspace(parentID)))
    case .root(let id, of: let tenantID):
      self.init(
        resource: SpiceDBObject(.tenant(tenantID)), relation: "root_workspace", subject: SpiceDBSubject(.workspace(id)))
    case .creators(let tenantID, on: let id):
      self.init(
        resource: SpiceDBObject(.workspace(id)), relation: "creator_tenant", subject: SpiceDBSubject(.tenant(tenantID)))
    }
  }

  /// The relation of a role. In the schema, a group's `member` is a permission, so that it can include the group's
  /// admins; the relation behind it is `member_relation`.
  private static func relation(of role: Role, on type: ResourceType) -> String {
    role == .member && type == .group ? "member_relation" : role.rawValue
  }
}

extension SpiceDBObject {
  package init(_ object: Resource) { self.init(type: object.type.rawValue, id: object.ulid.description) }
}

extension SpiceDBSubject {
  package init(_ member: Member) {
    switch member {
    case .user(let id): self.init(type: "user", id: SpiceDBID.encode(id.text))
    case .group(let id): self.init(SpiceDBObject(.group(id)), relation: "member")
    }
  }

  init(_ object: Resource) { self.init(SpiceDBObject(object)) }
}

extension RelationshipUpdate {
  package init(_ change: RelationshipChange) {
    switch change {
    case .added(let relationship): self = .touch(SpiceDBRelationship(relationship))
    case .removed(let relationship): self = .delete(SpiceDBRelationship(relationship))
    }
  }
}
