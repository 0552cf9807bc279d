/// A value that can be a parameter, or an element of an array that is one, in PostgreSQL's binary format.
package protocol PostgresEncodable: Sendable {
  static var postgresType: PostgresType { get }
  /// The type of an array of such values.
  static var postgresArrayType: PostgresType { get }
  /// About how many bytes ``encode(into:)`` appends for all of `values`. Default: 26 for each, as for an id.
  static func encodedSize(of values: [Self]) -> Int
  /// Appends the value, without its length.
  func encode(into bytes: inout [UInt8])
}

extension PostgresEncodable {
  package static func encodedSize(of values: [Self]) -> Int { 26 * values.count }
}

extension String: PostgresEncodable {
  package static var postgresType: PostgresType { .text }
  package static var postgresArrayType: PostgresType { .textArray }
  package static func encodedSize(of values: [Self]) -> Int { values.reduce(0) { $0 + $1.utf8.count } }

  package func encode(into bytes: inout [UInt8]) {
    // Appending a String.UTF8View goes through unspecialised generic code: a quarter of all time spent here.
    var text = self
    text.withUTF8 { bytes.append(contentsOf: $0) }
  }
}

extension Array: PostgresEncodable where Element == UInt8 {
  package static var postgresType: PostgresType { .bytea }
  package static var postgresArrayType: PostgresType { .byteaArray }
  package static func encodedSize(of values: [Self]) -> Int { values.reduce(0) { $0 + $1.count } }

  package func encode(into bytes: inout [UInt8]) {
    withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
  }
}

extension Int64: PostgresEncodable {
  package static var postgresType: PostgresType { .int8 }
  package static var postgresArrayType: PostgresType { .int8Array }

  package func encode(into bytes: inout [UInt8]) { bytes.append(bigEndian: self) }
}

extension Int32: PostgresEncodable {
  package static var postgresType: PostgresType { .int4 }
  package static var postgresArrayType: PostgresType { .int4Array }

  package func encode(into bytes: inout [UInt8]) { bytes.append(bigEndian: self) }
}

extension Bool: PostgresEncodable {
  package static var postgresType: PostgresType { .bool }
  package static var postgresArrayType: PostgresType { .boolArray }

  package func encode(into bytes: inout [UInt8]) { bytes.append(self ? 1 : 0) }
}

extension [UInt8] {
  mutating func append(bigEndian number: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0.assumingMemoryBound(to: UInt8.self)) }
  }

  /// Overwrites the bytes at `offset`.
  mutating func store(bigEndian number: Int32, at offset: Int) {
    withUnsafeMutableBytes { $0.storeBytes(of: number.bigEndian, toByteOffset: offset, as: Int32.self) }
  }
}
