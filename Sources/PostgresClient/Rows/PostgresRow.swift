/// One row. Its accessors take the name of a column; of several columns with one name the first counts.
///
/// They throw ``PostgresError/decoding(reason:)`` if the column holds no such value, or holds NULL and no optional was
/// asked for: that concerns one row. They throw ``PostgresError/protocolViolation(reason:)`` if the column does not
/// exist or has another type: that concerns every row.
package struct PostgresRow: Sendable {
  let storage: PostgresRows.Storage
  let index: Int

  package func text(_ column: String) throws(PostgresError) -> String {
    try present(optionalText(column), column)
  }

  package func optionalText(_ column: String) throws(PostgresError) -> String? {
    guard let bytes = try bytes(column, of: .text) else { return nil }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw wrong(column, "is not UTF-8") }
    return text
  }

  package func bytea(_ column: String) throws(PostgresError) -> [UInt8] {
    try present(optionalBytea(column), column)
  }

  package func optionalBytea(_ column: String) throws(PostgresError) -> [UInt8]? {
    try bytes(column, of: .bytea).map(Array.init)
  }

  package func int8(_ column: String) throws(PostgresError) -> Int64 {
    try present(optionalInt8(column), column)
  }

  package func optionalInt8(_ column: String) throws(PostgresError) -> Int64? {
    try integer(column, of: .int8)
  }

  /// An `int8` that is a count: by default that of `count(*)`.
  package func count(_ column: String = "count") throws(PostgresError) -> Int { Int(try int8(column)) }

  package func int4(_ column: String) throws(PostgresError) -> Int32 {
    try present(optionalInt4(column), column)
  }

  package func optionalInt4(_ column: String) throws(PostgresError) -> Int32? {
    try integer(column, of: .int4)
  }

  package func bool(_ column: String) throws(PostgresError) -> Bool {
    try present(optionalBool(column), column)
  }

  package func optionalBool(_ column: String) throws(PostgresError) -> Bool? {
    guard let number: UInt8 = try integer(column, of: .bool) else { return nil }
    return number != 0
  }

  package func timestamp(_ column: String) throws(PostgresError) -> PostgresTimestamp {
    try present(optionalTimestamp(column), column)
  }

  package func optionalTimestamp(_ column: String) throws(PostgresError) -> PostgresTimestamp? {
    guard let microseconds: Int64 = try integer(column, of: .timestamptz) else { return nil }
    guard let timestamp = PostgresTimestamp(microsecondsSince2000: microseconds) else {
      throw wrong(column, "is infinite")
    }
    return timestamp
  }

  private func integer<Number: FixedWidthInteger>(
    _ column: String, of type: PostgresType
  ) throws(PostgresError) -> Number? {
    guard let bytes = try bytes(column, of: type) else { return nil }
    guard bytes.count == MemoryLayout<Number>.size else { throw wrong(column, "has \(bytes.count) bytes") }
    return bytes.reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
  }

  /// The bytes of a column; nil for NULL.
  private func bytes(_ name: String, of type: PostgresType) throws(PostgresError) -> ArraySlice<UInt8>? {
    guard let column = storage.columns.firstIndex(where: { $0.name == name }) else {
      throw .protocolViolation(reason: "there is no column \(name)")
    }
    let oid = storage.columns[column].typeOID
    guard oid == type.rawValue else {
      throw .protocolViolation(reason: "column \(name) is of type \(oid), not \(type)")
    }
    let cell = storage.cells[index * storage.columns.count + column]
    return cell.length.map { storage.bytes[cell.offset..<cell.offset + $0] }
  }

  private func present<Value>(_ value: Value?, _ column: String) throws(PostgresError) -> Value {
    guard let value else { throw wrong(column, "is NULL") }
    return value
  }

  private func wrong(_ column: String, _ problem: String) -> PostgresError {
    .decoding(reason: "column \(column) \(problem)")
  }
}
