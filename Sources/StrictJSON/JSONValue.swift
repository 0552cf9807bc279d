import WorkspaceDomain

/// A JSON document as a value (RFC 8259).
package enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case number(JSONNumber)
  case string(String)
  /// A string with lone surrogates, which aren't characters, but whose escapes the grammar of RFC 8259 allows (section
  /// 8.2). The bytes encode a lone surrogate as UTF-8 would if it were a character.
  case illFormedString([UInt8])
  case array([JSONValue])
  case object(JSONObject)
}

/// The members of a JSON object: each key once, in the order of the keys' bytes.
package struct JSONObject: Sendable, Equatable {
  package let members: [Member]

  package struct Member: Sendable, Equatable {
    package let key: String
    package let value: JSONValue

    package init(key: String, value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  /// - Returns: nil if a key occurs twice. Which of its two values a reader takes is not defined (RFC 8259, section 4),
  ///   so another service could check one value, and this one act on the other.
  package init?(_ members: consuming [Member]) {
    members.sort { $0.key.precedesByBytes($1.key) }
    for index in members.indices.dropFirst() where !members[index - 1].key.precedesByBytes(members[index].key) {
      return nil
    }
    self.members = members
  }

  package static let empty = JSONObject(members: [])

  private init(members: [Member]) { self.members = members }

  /// The value under `key`, which is ASCII; nil if there is none.
  package subscript(_ key: String) -> JSONValue? {
    // A string that Swift considers equal to an ASCII string, but whose bytes differ, never has the same length in
    // UTF-8. For short strings, `==` compares two words.
    members.first { $0.key.utf8.count == key.utf8.count && $0.key == key }?.value
  }
}
