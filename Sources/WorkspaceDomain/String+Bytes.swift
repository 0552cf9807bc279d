import Glibc

/// Compares texts by their bytes, as PostgreSQL and JSON do. Swift's `==` and `<` treat some texts with different bytes
/// as equal (Unicode's canonical equivalence).
///
/// Works on the bytes in memory: the views compare through generic code that takes ten times as long, and names and
/// keys are compared some twenty times for each command.
extension String {
  package func hasSameBytes(as other: String) -> Bool {
    utf8.count == other.utf8.count && order(before: other) == 0
  }

  package func precedesByBytes(_ other: String) -> Bool { order(before: other) < 0 }

  package func hashBytes(into hasher: inout Hasher) {
    var text = self
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }

  /// As memcmp(3): negative if this text comes first, 0 if both have the same bytes.
  private func order(before other: String) -> Int {
    var (one, other) = (self, other)
    return one.withUTF8 { one in
      other.withUTF8 { other in
        guard let bytes = one.baseAddress, let others = other.baseAddress else { return one.count - other.count }
        let order = memcmp(bytes, others, min(one.count, other.count))
        return order == 0 ? one.count - other.count : Int(order)
      }
    }
  }
}
