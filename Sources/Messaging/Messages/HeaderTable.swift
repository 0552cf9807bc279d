/// A message's header table in wire format, so that whatever field types a sender uses are preserved.
///
/// Layout of an entry: name as short string, one byte of kind, value (AMQP 0-9-1 section 4.2.5.5, with RabbitMQ's
/// kinds: https://www.rabbitmq.com/amqp-0-9-1-errata).
package struct HeaderTable: Sendable, Equatable {
  /// The entries, without the four bytes of length that precede a table.
  package private(set) var entries: [UInt8]

  package init(entries: [UInt8] = []) { self.entries = entries }

  /// Adds a long string. An existing entry of the same name stays in the table, but the last one counts. A `name` of
  /// more than 255 bytes is truncated.
  package mutating func append(_ name: String, _ value: [UInt8]) { value.withUnsafeBufferPointer { append(name, $0) } }

  /// Adds a long string.
  package mutating func append(_ name: String, _ value: String) {
    var value = value
    value.withUTF8 { append(name, $0) }
  }

  /// Adds a long string.
  package mutating func append(_ name: String, _ value: UnsafeBufferPointer<UInt8>) {
    appendName(name, kind: "S")
    appendCount(value.count)
    entries.append(contentsOf: value)
  }

  /// Adds a signed 64-bit integer.
  package mutating func append(_ name: String, _ value: Int64) {
    appendName(name, kind: "l")
    withUnsafeBytes(of: value.bigEndian) { entries.append(contentsOf: $0) }
  }

  /// Adds a boolean.
  package mutating func append(_ name: String, _ value: Bool) {
    appendName(name, kind: "t")
    entries.append(value ? 1 : 0)
  }

  /// Adds a nested table.
  package mutating func append(_ name: String, _ value: HeaderTable) {
    appendName(name, kind: "F")
    appendCount(value.entries.count)
    entries.append(contentsOf: value.entries)
  }

  private mutating func appendName(_ name: String, kind: Unicode.Scalar) {
    var name = name
    name.withUTF8 { name in
      let name = UnsafeBufferPointer(rebasing: name.prefix(ShortString.maximumBytes))
      entries.append(UInt8(name.count))
      entries.append(contentsOf: name)
    }
    entries.append(UInt8(ascii: kind))
  }

  private mutating func appendCount(_ count: Int) {
    withUnsafeBytes(of: UInt32(count).bigEndian) { entries.append(contentsOf: $0) }
  }

  /// The text under `name` at the top level, a long string or, as some clients encode text, bytes; nil if there is
  /// none, or it is of another kind or not UTF-8. The last entry of that name counts.
  package func string(_ name: String) -> String? {
    var reader = HeaderReader(entries)
    var found: String?
    while let entry = reader.next() {
      guard entry.name.elementsEqual(name.utf8) else { continue }
      let isText = entry.kind == UInt8(ascii: "S") || entry.kind == UInt8(ascii: "x")
      found = isText ? String(validating: entry.value.dropFirst(4), as: UTF8.self) : nil
    }
    return found
  }
}

extension HeaderTable {
  /// The first value of the array under `name` at the top level, if that is a table; the last entry of that name
  /// counts. Nothing else is decoded, however large the array is.
  package func firstTable(ofArray name: String) -> HeaderTable? {
    var reader = HeaderReader(entries)
    var found: HeaderTable?
    while let entry = reader.next() {
      guard entry.name.elementsEqual(name.utf8) else { continue }
      found = entry.kind == HeaderKind.array ? Self.leadingTable(in: entry.value.dropFirst(4)) : nil
    }
    return found
  }

  private static func leadingTable(in values: ArraySlice<UInt8>) -> HeaderTable? {
    guard values.first == HeaderKind.table, values.count >= 5 else { return nil }
    let count = values.dropFirst().prefix(4).reduce(0) { $0 << 8 | Int($1) }
    let entries = values.dropFirst(5).prefix(count)
    return entries.count == count ? HeaderTable(entries: Array(entries)) : nil
  }
}

extension HeaderTable {
  /// The table without the entries of this name at the top level; the others stay as they are, byte for byte.
  package func without(_ name: String) -> HeaderTable {
    var reader = HeaderReader(entries)
    var kept: [UInt8] = []
    var end = entries.startIndex
    while let entry = reader.next() {
      let start = end
      end = entry.value.endIndex
      if !entry.name.elementsEqual(name.utf8) { kept += entries[start..<end] }
    }
    // Bytes that can't be read stay.
    return HeaderTable(entries: kept + entries[end...])
  }
}

/// Walks the top level of a table without recursion: nested tables and arrays carry their length.
private struct HeaderReader {
  private var rest: ArraySlice<UInt8>

  init(_ entries: [UInt8]) { rest = entries[...] }

  /// The next entry; nil at the end, or where the bytes aren't a table.
  mutating func next() -> (name: ArraySlice<UInt8>, kind: UInt8, value: ArraySlice<UInt8>)? {
    guard let length = rest.popFirst(), rest.count > Int(length) else { return nil }
    let name = rest.prefix(Int(length))
    rest = rest.dropFirst(Int(length))
    guard let kind = rest.popFirst(), let size = valueSize(kind), rest.count >= size else { return nil }
    defer { rest = rest.dropFirst(size) }
    return (name, kind, rest.prefix(size))
  }

  private func valueSize(_ kind: UInt8) -> Int? {
    if let size = HeaderKind.fixedSize(kind) { return size }
    guard HeaderKind.hasLength(kind), rest.count >= 4 else { return nil }
    return 4 + rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
  }
}
