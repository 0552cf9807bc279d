import Messaging

extension FuzzTarget {
  /// The two readers of a table agree, and removing an entry leaves the others as they are.
  static func headers(_ bytes: [UInt8]) throws(BrokenPromise) {
    let table = HeaderTable(entries: bytes)
    let fields = table.fields()
    for name in (fields ?? []).prefix(3).map(\.name) + [Array("traceparent".utf8)] {
      let (found, rest) = (
        table.string(String(decoding: name, as: UTF8.self)), table.without(String(decoding: name, as: UTF8.self))
      )
      try promise("the remaining table is no larger than the input", rest.entries.count <= bytes.count)
      guard let fields, String(validating: name, as: UTF8.self) != nil else { continue }
      try promise("the last entry of a name wins", found == fields.last { $0.name == name }?.value.text)
      let kept = rest.fields()
      try promise(
        "only entries of that name are removed",
        kept.map { kept in same(kept, fields.filter { $0.name != name }) } ?? false)
    }
  }

  /// By their descriptions: NaN is not equal to itself.
  private static func same(_ left: [HeaderValue.Field], _ right: [HeaderValue.Field]) -> Bool {
    left == right || String(describing: left) == String(describing: right)
  }

  static func properties(_ bytes: [UInt8]) throws(BrokenPromise) {
    guard let properties = try? PropertyList(bytes: bytes).properties() else { return }
    try promise("a property list survives decoding and encoding", PropertyList(properties).bytes == bytes)
    if let headers = properties.headers { try self.headers(headers.entries) }
  }

  static func messages(_ bytes: [UInt8]) throws(BrokenPromise) {
    guard let messages = try? MessageList(bytes: bytes).messages() else { return }
    try promise("a message list survives decoding and encoding", MessageList(messages).bytes == bytes)
    try promise("a message has four parts", messages.count <= bytes.count / 16)
  }
}

extension HeaderValue {
  fileprivate var text: String? {
    switch self {
    case .string(let bytes), .bytes(let bytes): String(validating: bytes, as: UTF8.self)
    default: nil
    }
  }
}
