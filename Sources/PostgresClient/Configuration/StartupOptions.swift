/// The `options` of a connection string: command-line options of the server (libpq manual, "Parameter Key Words").
struct StartupOptions {
  /// Run-time settings by name; the last one counts.
  private(set) var settings: [String: String] = [:]

  init(_ text: String) {
    var words = Self.words(text)[...]
    while let word = words.popFirst() {
      if word == "-c" {
        add(words.popFirst() ?? "")
      } else if word.hasPrefix("-c") || word.hasPrefix("--") {
        add(word.dropFirst(2))
      }
    }
  }

  /// `name=value`, where dashes in the name stand for underscores.
  private mutating func add(_ assignment: some StringProtocol) {
    guard let sign = assignment.firstIndex(of: "=") else { return }
    let name = assignment[..<sign].map { $0 == "-" ? "_" : String($0) }.joined().lowercased()
    settings[name] = String(assignment[assignment.index(after: sign)...])
  }

  /// Separated by white space; a backslash escapes the next character.
  private static func words(_ text: String) -> [String] {
    var words: [String] = []
    var word: String?
    var isEscaped = false
    for character in text {
      if isEscaped {
        word = (word ?? "") + String(character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else if character.isWhitespace {
        if let word { words.append(word) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    return words + [word].compactMap(\.self)
  }
}
