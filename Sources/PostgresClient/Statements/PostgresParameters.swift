/// The values of one request in binary format, all in one buffer.
struct PostgresParameters: Sendable {
  /// The most that the server accepts in one message, less some room for the rest of it (PostgreSQL manual, "Message
  /// Formats": lengths are signed 32-bit numbers; the server stops at 1 GiB).
  static let maximumBytes = 1 << 30 - 1 << 16

  private(set) var types: [PostgresType] = []
  private var values: [Value] = []
  /// Starts with a byte that belongs to no value: an empty value must have an address, for libpq reads a null
  /// pointer as NULL.
  private var arena: [UInt8] = [0]

  private struct Value {
    let offset: Int
    /// nil for NULL.
    let length: Int?
  }

  var byteCount: Int { arena.count }
  var count: Int { values.count }

  mutating func append<Element: PostgresEncodable>(_ value: Element?) {
    append(Element.postgresType, isNull: value == nil) { arena in value?.encode(into: &arena) }
  }

  /// Appends a one-dimensional array without nulls.
  mutating func append<Element: PostgresEncodable>(array elements: [Element]) {
    append(Element.postgresArrayType) { arena in
      // Growing to a megabyte by doubling would copy the buffer several times.
      arena.reserveAdditional(24 + 4 * elements.count + Element.encodedSize(of: elements))
      arena.appendArrayHeader(of: Element.postgresType, count: elements.count, hasNulls: false)
      for element in elements { arena.append(withLength: element) }
    }
  }

  /// Appends a one-dimensional array in which nil stands for NULL.
  mutating func append<Element: PostgresEncodable>(array elements: [Element?]) {
    append(Element.postgresArrayType) { arena in
      let hasNulls = elements.contains { $0 == nil }
      arena.appendArrayHeader(of: Element.postgresType, count: elements.count, hasNulls: hasNulls)
      for element in elements {
        if let element { arena.append(withLength: element) } else { arena.append(bigEndian: Int32(-1)) }
      }
    }
  }

  mutating func append(contentsOf others: PostgresParameters) {
    let shift = arena.count - 1
    types += others.types
    values += others.values.map { Value(offset: $0.offset + shift, length: $0.length) }
    arena += others.arena.dropFirst()
  }

  private mutating func append(_ type: PostgresType, isNull: Bool = false, _ encode: (inout [UInt8]) -> Void) {
    types.append(type)
    let offset = arena.count
    encode(&arena)
    values.append(Value(offset: offset, length: isNull ? nil : arena.count - offset))
  }

  /// Lends the parameters in the shape that PQsendQueryPrepared takes: pointers, lengths and formats.
  ///
  /// - Precondition: ``byteCount`` is at most ``maximumBytes``.
  func withCArrays<Result>(
    _ body: (_ values: [UnsafePointer<CChar>?], _ lengths: [Int32], _ formats: [Int32]) -> Result
  ) -> Result {
    arena.withUnsafeBytes { bytes in
      let start = bytes.assumingMemoryBound(to: CChar.self).baseAddress
      return body(
        values.map { value in value.length == nil ? nil : start?.advanced(by: value.offset) },
        values.map { Int32($0.length ?? 0) },
        values.map { _ in 1 })
    }
  }
}

extension [UInt8] {
  /// Doubles the capacity at least, so that many small reservations don't copy each time.
  fileprivate mutating func reserveAdditional(_ bytes: Int) {
    if capacity - count < bytes { reserveCapacity(Swift.max(count + bytes, 2 * capacity)) }
  }

  /// The header of a binary array (`array_send` in PostgreSQL's arrayfuncs.c): dimensions, whether there are nulls,
  /// the element's type, then length and lower bound of each dimension. An empty array has no dimension.
  fileprivate mutating func appendArrayHeader(of type: PostgresType, count: Int, hasNulls: Bool) {
    append(bigEndian: Int32(count == 0 ? 0 : 1))
    append(bigEndian: Int32(hasNulls ? 1 : 0))
    append(bigEndian: type.rawValue)
    guard count > 0 else { return }
    append(bigEndian: Int32(truncatingIfNeeded: count))
    append(bigEndian: Int32(1))
  }

  fileprivate mutating func append(withLength value: some PostgresEncodable) {
    let start = count
    append(bigEndian: Int32(0))
    value.encode(into: &self)
    store(bigEndian: Int32(truncatingIfNeeded: count - start - 4), at: start)
  }
}
