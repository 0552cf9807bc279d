/// What makes a command the same command: its `source` and its `id`, compared byte for byte as PostgreSQL does.
package struct InboxKey: Sendable {
  package let source: String
  package let id: String

  package init(source: String, id: String) {
    self.source = source
    self.id = id
  }
}

extension InboxKey: Hashable {
  package static func == (lhs: Self, rhs: Self) -> Bool {
    lhs.id.utf8.elementsEqual(rhs.id.utf8) && lhs.source.utf8.elementsEqual(rhs.source.utf8)
  }

  package func hash(into hasher: inout Hasher) {
    for byte in id.utf8 { hasher.combine(byte) }
  }
}
