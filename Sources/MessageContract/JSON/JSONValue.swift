import WorkspaceDomain

/// A JSON document as a value (RFC 8259).
package enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case number(JSONNumber)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)
}

/// The members of a JSON object: each key once, in the order of the keys' bytes.
package struct JSONObject: Sendable, Equatable {
  package let members: [Member]

  package struct Member: Sendable, Equatable {
    package let key: String
    package let value: JSONValue
  }

  /// - Returns: nil where a key stands twice. Which of the two a reader takes is not defined (RFC 8259, section 4), so
  ///   another service could have checked one value and this one act on the other.
  package init?(_ members: [(key: String, value: JSONValue)]) {
    let sorted = members.map(Member.init).sorted { $0.key.precedesByBytes($1.key) }
    for (one, next) in zip(sorted, sorted.dropFirst()) where !one.key.precedesByBytes(next.key) { return nil }
    self.members = sorted
  }

  package static let empty = JSONObject(members: [])

  private init(members: [Member]) { self.members = members }

  /// The value under `key`; nil where there is none.
  package subscript(_ key: StaticString) -> JSONValue? {
    key.withUTF8Buffer { key in
      members.first { $0.key.utf8.count == key.count && $0.key.utf8.elementsEqual(key) }?.value
    }
  }
}
