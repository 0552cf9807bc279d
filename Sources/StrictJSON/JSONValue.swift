import WorkspaceDomain

/// A JSON document as a value (RFC 8259).
package enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case number(JSONNumber)
  case string(String)
  /// A string with halves of surrogate pairs, which aren't characters. The grammar of RFC 8259 allows their escapes
  /// (section 8.2). Encoded as UTF-8 would encode them if they were characters.
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

  /// - Returns: nil if a key occurs twice. Which of the two a reader takes is not defined (RFC 8259, section 4), so
  ///   another service could have checked one value and this one act on the other.
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
    // A text with other bytes that Swift considers equal to ASCII never has the same length. For short ones, `==`
    // compares two words.
    members.first { $0.key.utf8.count == key.utf8.count && $0.key == key }?.value
  }
}
