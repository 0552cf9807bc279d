extension TenantModel {
  /// Something that has a role, or on which there are roles.
  package struct Reference: Sendable, Hashable {
    package enum Kind: String, Sendable { case tenant, workspace, group, user }

    package let kind: Kind
    package let id: String

    package init(_ kind: Kind, _ id: String) {
      self.kind = kind
      self.id = id
    }
  }

  /// Who has a role on what: there is at most one.
  package struct Role: Sendable, Hashable {
    package let member: Reference
    package let object: Reference

    package init(of member: Reference, on object: Reference) {
      self.member = member
      self.object = object
    }
  }
}

extension TenantModel.Reference: CustomStringConvertible {
  package var description: String { "\(kind.rawValue) \(id)" }
}

extension TenantModel.Role: CustomStringConvertible {
  package var description: String { "the role of \(member) on \(object)" }
}
