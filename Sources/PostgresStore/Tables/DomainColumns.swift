import Messaging
package import PostgresClient
package import WorkspaceDomain

// How values of the domain are stored in columns.

extension ULID: PostgresEncodable {
  package static var postgresType: PostgresType { .text }
  package static var postgresArrayType: PostgresType { .textArray }

  package func encode(into bytes: inout [UInt8]) { withText { bytes.append(contentsOf: $0) } }
}

extension Identifier: PostgresEncodable {
  package static var postgresType: PostgresType { .text }
  package static var postgresArrayType: PostgresType { .textArray }

  package func encode(into bytes: inout [UInt8]) { ulid.encode(into: &bytes) }
}

extension WorkspaceName: PostgresEncodable {
  package static var postgresType: PostgresType { .text }
  package static var postgresArrayType: PostgresType { .textArray }
  package static func encodedSize(of values: [Self]) -> Int { values.reduce(0) { $0 + $1.text.utf8.count } }

  package func encode(into bytes: inout [UInt8]) { text.encode(into: &bytes) }
}

extension Timestamp: PostgresEncodable {
  package static var postgresType: PostgresType { .timestamptz }
  package static var postgresArrayType: PostgresType { .timestamptzArray }

  package func encode(into bytes: inout [UInt8]) { PostgresTimestamp(milliseconds: milliseconds).encode(into: &bytes) }
}

extension PostgresRow {
  func identifier<Kind>(_ column: String) throws(PostgresError) -> Identifier<Kind> {
    try parse(text(column), column)
  }

  func optionalIdentifier<Kind>(_ column: String) throws(PostgresError) -> Identifier<Kind>? {
    guard let text = try optionalText(column) else { return nil }
    return try parse(text, column)
  }

  func ulid(_ column: String) throws(PostgresError) -> ULID { try parse(text(column), column) }

  func optionalULID(_ column: String) throws(PostgresError) -> ULID? {
    guard let text = try optionalText(column) else { return nil }
    return try parse(text, column)
  }

  func moment(_ column: String) throws(PostgresError) -> Timestamp {
    Timestamp(milliseconds: try timestamp(column).milliseconds)
  }

  func optionalMoment(_ column: String) throws(PostgresError) -> Timestamp? {
    try optionalTimestamp(column).map { Timestamp(milliseconds: $0.milliseconds) }
  }

  /// The message in `exchange`, `routing_key`, `properties` and `body`.
  func message() throws(PostgresError) -> AMQPMessage {
    guard let exchange = ShortString(bytes: try bytea("exchange")),
      let routingKey = ShortString(bytes: try bytea("routing_key"))
    else { throw .decoding(reason: "a name is longer than 255 bytes") }
    return AMQPMessage(
      exchange: exchange, routingKey: routingKey, propertyList: PropertyList(bytes: try bytea("properties")),
      body: try bytea("body"))
  }

  private func parse<Value: LosslessStringConvertible>(_ text: String, _ column: String) throws(PostgresError) -> Value
  {
    guard let value = Value(text) else { throw .decoding(reason: "column \(column) is not a ULID") }
    return value
  }
}
