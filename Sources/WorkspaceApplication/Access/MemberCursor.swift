package import WorkspaceDomain

/// A position in a list of members, as an opaque text for callers: it stays valid after its member is gone.
package enum MemberCursor {
  /// A letter for the kind, a dot, and the id's bytes in hexadecimal digits.
  package static func text(_ member: Member) -> String {
    (member.kind == .user ? "u." : "g.") + String(hexadecimal: Array(member.id.utf8)[...])
  }

  /// - Returns: nil for a text that can't have been issued.
  package static func member(_ text: String) -> Member? {
    guard let kind = ["u.": Member.Kind.user, "g.": .group][text.prefix(2)] else { return nil }
    let hex = Array(text.utf8.dropFirst(2))
    guard hex.count % 2 == 0, hex.count <= 8 * UserID.maximumLength else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: hex.count, by: 2) {
      guard let byte = UInt8(String(decoding: hex[index...index + 1], as: UTF8.self), radix: 16) else { return nil }
      bytes.append(byte)
    }
    guard let id = String(validating: bytes, as: UTF8.self), let member = Member(kind, id) else { return nil }
    // Each position has only one text.
    return self.text(member).hasSameBytes(as: text) ? member : nil
  }
}
