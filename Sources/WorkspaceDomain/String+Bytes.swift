/// Compares texts by their bytes, as PostgreSQL and JSON do. Swift's `==` and `<` treat some texts with different bytes
/// as equal (Unicode's canonical equivalence).
///
/// Works on the bytes in memory: the views compare through generic code that takes ten times as long, and names and
/// keys are compared some twenty times for each command.
extension String {
  package func hasSameBytes(as other: String) -> Bool {
    guard utf8.count == other.utf8.count else { return false }
    return compare(with: other) { $0.elementsEqual($1) }
  }

  package func precedesByBytes(_ other: String) -> Bool { compare(with: other) { $0.lexicographicallyPrecedes($1) } }

  package func hashBytes(into hasher: inout Hasher) {
    var text = self
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }

  private func compare(
    with other: String, _ body: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>) -> Bool
  ) -> Bool {
    var (one, other) = (self, other)
    return one.withUTF8 { one in other.withUTF8 { body(one, $0) } }
  }
}
