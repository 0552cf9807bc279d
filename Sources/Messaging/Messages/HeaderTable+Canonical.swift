extension HeaderTable {
  /// The headers in which a broker counts redeliveries. They replace headers of the same names from a sender.
  ///
  /// Source: https://www.rabbitmq.com/docs/quorum-queues#poison-message-handling
  package static let countedByBroker = ["x-delivery-count", "x-acquired-count"]

  /// A canonical encoding of the table without ``countedByBroker``: the same bytes for every form that a broker may
  /// give the table between two deliveries of its message. Nil if no headers are left.
  ///
  /// RabbitMQ decodes the table to store the delivery count in it, and encodes it again: sorted by name, stably, at the
  /// top level only (`rabbit_misc:sort_field_table`), from 4.0 on with only the first of equal names
  /// (`mc_amqpl:protocol_state`), booleans as 0 or 1. A message without a table, or with an empty one, gets one with
  /// the count in it.
  package var canonical: [UInt8]? {
    // A broker can't rewrite a malformed table. Tables nested too deeply are also compared byte for byte.
    guard let fields = fields() else { return entries }
    let named = fields.enumerated().filter { _, field in
      !Self.countedByBroker.contains { field.name.elementsEqual($0.utf8) }
    }
    let sorted = named.sorted { first, second in
      first.element.name == second.element.name
        ? first.offset < second.offset : first.element.name.lexicographicallyPrecedes(second.element.name)
    }.map(\.element)
    var bytes: [UInt8] = []
    for (index, field) in sorted.enumerated() where index == 0 || sorted[index - 1].name != field.name {
      bytes.append(canonical: field)
    }
    return bytes.isEmpty ? nil : bytes
  }
}

extension [UInt8] {
  fileprivate mutating func append(canonical field: HeaderValue.Field) {
    append(counted: field.name)
    append(canonical: field.value)
  }

  /// Integers are encoded by value: their kind does not matter.
  private mutating func append(canonical value: HeaderValue) {
    switch value {
    case .void: append(UInt8(ascii: "V"))
    case .boolean(let value): append("t", value ? 1 as UInt8 : 0)
    case .integer(let value): append("l", value)
    case .unsigned(let value): append("l", value)
    case .float(let value): append("f", value.bitPattern)
    case .double(let value): append("d", value.bitPattern)
    case .decimal(let scale, let value):
      append("D", scale)
      append("l", value)
    case .timestamp(let value): append("T", value)
    case .string(let bytes):
      append(UInt8(ascii: "S"))
      append(counted: bytes)
    case .bytes(let bytes):
      append(UInt8(ascii: "x"))
      append(counted: bytes)
    case .array(let values):
      append("A", UInt64(values.count))
      for value in values { append(canonical: value) }
    case .table(let fields):
      append("F", UInt64(fields.count))
      for field in fields { append(canonical: field) }
    }
  }

  private mutating func append(_ kind: Unicode.Scalar, _ number: some FixedWidthInteger) {
    append(UInt8(ascii: kind))
    Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
  }

  private mutating func append(counted bytes: [UInt8]) {
    append("#", UInt64(bytes.count))
    append(contentsOf: bytes)
  }
}
