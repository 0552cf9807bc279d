import Crypto
import StrictJSON
import WorkspaceApplication
import WorkspaceDomain

/// What must be equal for two messages with the same key to be the same command: type, user and what the data asks for.
/// The order of keys, white space, and attributes such as `time` don't matter.
enum Fingerprint {
  /// - Parameters:
  ///   - data: the command's payload.
  ///   - written: its member `data` alone, which inbox entries from before migration 12 are compared by.
  static func of(
    type: CommandType, tenantID: TenantID, userID: String?, data: JSONObject, written: JSONObject
  ) -> CommandFingerprint {
    CommandFingerprint(
      withUser: digest { writer in
        writer.member("type", type.rawValue)
        writer.member("userid", orNull: userID)
        writer.member("data", .object(data.normalized))
      },
      withoutUser: digest { writer in
        writer.member("type", type.rawValue)
        writer.member("tenantid", tenantID.ulid)
        writer.member("data", .object(written))
      })
  }

  /// Members of objects are sorted and numbers normalized, so equal values have equal bytes.
  private static func digest(_ members: (inout JSONWriter) -> Void) -> [UInt8] {
    var writer = JSONWriter()
    writer.object(members)
    return SHA256.hash(data: writer.bytes).withUnsafeBytes { Array($0) }
  }
}

extension JSONObject {
  /// The same data in normal form: without members that are null, which count as left out, with names trimmed, and
  /// identifiers in upper case. Unknown members stay as they are.
  fileprivate var normalized: JSONObject {
    // Nearly all data is already in normal form.
    guard members.contains(where: { $0.normalized != $0 }) else { return self }
    return JSONObject(members.compactMap(\.normalized)) ?? self
  }
}

extension JSONObject.Member {
  /// Nil if it counts as left out.
  fileprivate var normalized: JSONObject.Member? {
    switch (key, value) {
    case (_, .null) where Self.known.contains(key): nil
    case ("name", .string(let text)):
      (try? WorkspaceName(text)).map { JSONObject.Member(key: key, value: .string($0.text)) } ?? self
    case (_, .string(let text)) where Self.identifiers.contains(key):
      ULID(text).map { JSONObject.Member(key: key, value: .string("\($0)")) } ?? self
    // For a member and an object, the type says whether the id is case-insensitive.
    case ("member", .object(let member)), ("object", .object(let member)):
      JSONObject.Member(key: key, value: .object(member.naming))
    default: self
    }
  }

  private static let identifiers: Set = ["workspace_id", "parent_workspace_id", "group_id", "after"]
  private static let known = identifiers.union(["name", "limit", "user_id", "role", "member", "permission", "object"])
}

extension JSONObject {
  fileprivate var naming: JSONObject {
    guard case .string(let type) = self["type"], type != "user", case .string(let text) = self["id"],
      let id = ULID(text)
    else { return self }
    let members = members.map { $0.key == "id" ? Member(key: "id", value: .string("\(id)")) : $0 }
    return JSONObject(members) ?? self
  }
}
