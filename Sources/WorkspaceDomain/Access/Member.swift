/// Who can have a role: a user, or a group, whose members then have it.
package enum Member: Sendable, Hashable {
  case user(UserID)
  case group(GroupID)

  package enum Kind: String, Sendable, CaseIterable {
    case group, user
  }

  package var kind: Kind {
    switch self {
    case .user: .user
    case .group: .group
    }
  }

  /// The id as written in messages, beside ``kind``.
  package var id: String {
    switch self {
    case .user(let id): id.text
    case .group(let id): id.description
    }
  }

  /// - Returns: nil if `id` isn't an id of that kind.
  package init?(_ kind: Kind, _ id: String) {
    switch kind {
    case .user:
      guard let id = UserID(id) else { return nil }
      self = .user(id)
    case .group:
      guard let id = GroupID(id) else { return nil }
      self = .group(id)
    }
  }
}

/// Ordered by kind and then by id, bytewise, as in lists.
extension Member: Comparable {
  package static func < (one: Self, other: Self) -> Bool {
    switch (one, other) {
    case (.group, .user): true
    case (.user, .group): false
    case (.group(let one), .group(let other)): one < other
    case (.user(let one), .user(let other)): one < other
    }
  }
}

/// A member with its role on an object.
package struct Membership: Sendable, Hashable {
  package let member: Member
  package let role: Role

  package init(member: Member, role: Role) {
    self.member = member
    self.role = role
  }
}
