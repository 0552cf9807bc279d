extension HeaderTable {
  /// Whether every length in the table is right and every kind known, at every level: a broker closes the connection of
  /// a client that publishes any other table. Not recursive, since a sender could drive recursion arbitrarily deep.
  package var isWellFormed: Bool {
    entries.withUnsafeBufferPointer { bytes in
      var walk = TableWalk(bytes: bytes)
      return walk.reachesEnd()
    }
  }
}

private struct TableWalk {
  let bytes: UnsafeBufferPointer<UInt8>
  private var position = 0
  /// The ends of the enclosing tables, whose values have names, and arrays, whose values don't; the innermost last.
  private var open: [(end: Int, hasNames: Bool)]

  init(bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
    open = [(bytes.count, true)]
  }

  mutating func reachesEnd() -> Bool {
    while let (end, hasNames) = open.last {
      if position == end {
        open.removeLast()
      } else if !(hasNames ? skipName(before: end) && skipValue(before: end) : skipValue(before: end)) {
        return false
      }
    }
    return true
  }

  private mutating func skipName(before end: Int) -> Bool { skip(1 + Int(bytes[position]), before: end) }

  private mutating func skipValue(before end: Int) -> Bool {
    guard position < end else { return false }
    let kind = bytes[position]
    position += 1
    if let size = HeaderKind.fixedSize(kind) { return skip(size, before: end) }
    guard HeaderKind.hasLength(kind), end - position >= 4 else { return false }
    let size = bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
    position += 4
    guard size <= end - position else { return false }
    guard kind == HeaderKind.table || kind == HeaderKind.array else { return skip(size, before: end) }
    open.append((position + size, kind == HeaderKind.table))
    return true
  }

  private mutating func skip(_ count: Int, before end: Int) -> Bool {
    guard count <= end - position else { return false }
    position += count
    return true
  }
}
