import StrictJSON
import WorkspaceDomain

extension JSONWriter {
  /// Writes who has a role: `"member": {"type": "user" or "group", "id": "..."}`.
  mutating func member(_ member: Member) {
    object("member") { writer in
      writer.member("type", member.kind.rawValue)
      writer.member("id", member.id)
    }
  }
}
