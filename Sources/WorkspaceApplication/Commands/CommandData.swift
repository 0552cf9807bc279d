package import StrictJSON
package import WorkspaceDomain

/// The `data` of a command. Unknown members are ignored; null counts as omitted.
package struct CommandData {
  package struct Problem: Error, Equatable {
    /// Human-readable; contains no payload.
    package let detail: String

    package init(detail: String) { self.detail = detail }
  }

  private let data: JSONObject

  package init(_ data: JSONObject) { self.data = data }

  package func string(_ name: String) throws(Problem) -> String? {
    switch data[name] {
    case .string(let text): return text
    case .illFormedString: throw Problem(detail: "\(name) contains an unpaired surrogate, which is not a character")
    case nil, .null: return nil
    default: throw Problem(detail: "\(name) is not a string")
    }
  }

  package func requiredString(_ name: String) throws(Problem) -> String { try required(name, string(name)) }

  package func workspaceID(_ name: String) throws(Problem) -> WorkspaceID? {
    guard let text = try string(name) else { return nil }
    guard let id = WorkspaceID(text) else { throw Problem(detail: "\(name) is not a ULID") }
    return id
  }

  package func requiredWorkspaceID(_ name: String) throws(Problem) -> WorkspaceID {
    try required(name, workspaceID(name))
  }

  package func groupID(_ name: String) throws(Problem) -> GroupID? {
    guard let text = try string(name) else { return nil }
    guard let id = GroupID(text) else { throw Problem(detail: "\(name) is not a ULID") }
    return id
  }

  package func requiredGroupID(_ name: String) throws(Problem) -> GroupID { try required(name, groupID(name)) }

  package func userID(_ name: String) throws(Problem) -> UserID? {
    guard let text = try string(name) else { return nil }
    guard let id = UserID(text) else {
      throw Problem(
        detail: "\(name) is not a string of 1 to \(UserID.maximumLength) characters without control characters")
    }
    return id
  }

  package func requiredUserID(_ name: String) throws(Problem) -> UserID { try required(name, userID(name)) }

  /// A user or a group: `{"type": "user" or "group", "id": "..."}`.
  package func requiredMember(_ name: String) throws(Problem) -> Member {
    let member = try requiredObject(name)
    let kind: Member.Kind = try member.requiredCase("type", of: Member.Kind.allCases, in: name)
    switch kind {
    case .user: return .user(try member.requiredUserID("id"))
    case .group: return .group(try member.requiredGroupID("id"))
    }
  }

  /// A role that exists on objects of that type.
  package func requiredRole(_ name: String, on type: ResourceType) throws(Problem) -> Role {
    try requiredCase(name, of: type.roles)
  }

  /// An object, and a permission that exists on it.
  package func requiredPermission(_ permission: String, on object: String) throws(Problem) -> (Permission, Resource) {
    let resource = try requiredObject(object)
    let type: ResourceType = try resource.requiredCase("type", of: ResourceType.allCases, in: object)
    let id = try resource.requiredString("id")
    guard let ulid = ULID(id) else { throw Problem(detail: "the id of \(object) is not a ULID") }
    return (try requiredCase(permission, of: type.permissions), Resource(type, ulid))
  }

  /// The position after which a list of members continues.
  ///
  /// - Parameter kinds: those that the list shows.
  package func memberCursor(_ name: String, of kinds: Set<Member.Kind>) throws(Problem) -> Member? {
    guard let text = try string(name) else { return nil }
    guard let member = MemberCursor.member(text), kinds.contains(member.kind) else {
      throw Problem(detail: "\(name) is not a position in a list of members")
    }
    return member
  }

  /// The largest number of objects on a page.
  package func pageLimit() throws(Problem) -> Int { try integer("limit", in: 1...500, default: 100) }

  private func requiredObject(_ name: String) throws(Problem) -> CommandData {
    switch data[name] {
    case .object(let object): return CommandData(object)
    case nil, .null: throw Problem(detail: "\(name) is missing")
    default: throw Problem(detail: "\(name) is not an object")
    }
  }

  private func requiredCase<Value: RawRepresentable<String>>(
    _ name: String, of cases: [Value], in object: String? = nil
  ) throws(Problem) -> Value {
    let text = try requiredString(name)
    guard let value = cases.first(where: { $0.rawValue == text }) else {
      let place = object.map { "the \(name) of \($0)" } ?? name
      throw Problem(detail: "\(place) is not one of \(cases.map(\.rawValue).joined(separator: ", "))")
    }
    return value
  }

  /// - Parameters:
  ///   - limits: the accepted range.
  ///   - value: the value if the member is omitted.
  package func integer(_ name: String, in limits: ClosedRange<Int>, default value: Int) throws(Problem) -> Int {
    switch data[name] {
    case nil, .null: return value
    case .number(let number):
      if let integer = number.integer, limits.contains(integer) { return integer }
    default: break
    }
    throw Problem(detail: "\(name) is not a whole number from \(limits.lowerBound) to \(limits.upperBound)")
  }

  private func required<Value>(_ name: String, _ value: Value?) throws(Problem) -> Value {
    guard let value else { throw Problem(detail: "\(name) is missing") }
    return value
  }
}
