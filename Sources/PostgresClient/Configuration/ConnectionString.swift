import CLibPQ

/// A connection string taken apart into libpq's keywords (libpq manual, PQconninfoParse).
struct ConnectionString: Sendable {
  /// The keywords that were given, with their values. Holds the password.
  private(set) var values: [String: String] = [:]

  /// - Throws: ``PostgresError/configuration(reason:)`` in our own words: libpq's message quotes the part that it could
  ///   not parse, which after an unescaped `/`, `?` or `@` is part of the password.
  init(_ text: String) throws(PostgresError) {
    var message: UnsafeMutablePointer<CChar>?
    defer { PQfreemem(message) }
    guard let options = PQconninfoParse(text, &message) else {
      let problem = Self.unknownParameter(of: text, message.map { String(cString: $0) } ?? "")
      throw .configuration(
        reason: problem
          ?? "the connection string is malformed (a URI needs reserved characters in the password percent-encoded)"
      )
    }
    defer { PQconninfoFree(options) }
    var option = options
    while let keyword = option.pointee.keyword {
      if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
      option += 1
    }
    try refuseMisreadPassword()
  }

  subscript(keyword: String) -> String? { values[keyword] }

  /// Names the parameter that libpq does not know, if it can't be part of a password: only in the query of a URI that
  /// has no @ after the question mark.
  private static func unknownParameter(of text: String, _ message: String) -> String? {
    let front = "invalid URI query parameter: \""
    guard message.hasPrefix(front), let query = text.firstIndex(of: "?"), !text[query...].contains("@") else {
      return nil
    }
    let name = message.dropFirst(front.count).prefix { $0.isASCII && ($0.isLetter || $0 == "_") }
    return "the connection string has a parameter unknown to libpq: \(name)"
  }

  private static let suspicion = "is a reserved character in the password not percent-encoded?"

  /// An unescaped reserved character in a password moves parts of it into the port, the host or the database's name,
  /// which error messages and logs do quote.
  private func refuseMisreadPassword() throws(PostgresError) {
    let portCharacters = Set("0123456789,")
    guard (values["port"] ?? "").allSatisfy(portCharacters.contains) else {
      throw .configuration(reason: "the port is not a number; \(Self.suspicion)")
    }
    for keyword in ["host", "dbname"] where values[keyword]?.contains("@") == true {
      throw .configuration(reason: "\(keyword) contains an @; \(Self.suspicion)")
    }
  }
}
