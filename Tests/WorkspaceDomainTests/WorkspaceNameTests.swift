import Testing
import WorkspaceDomain

@Suite struct WorkspaceNameTests {
  @Test(arguments: [
    ("a", "a"), (" a ", "a"), ("\t\r\n a b\u{0B}\u{0C}", "a b"), ("\u{85}a\u{85}", "a"),
    ("\u{A0}a\u{A0}b\u{A0}", "a\u{A0}b"),
    ("\u{1680}\u{2000}\u{200A}a\u{2028}\u{2029}\u{202F}\u{205F}\u{3000}", "a"), ("a\u{2028}b", "a\u{2028}b"),
    ("  a   b  ", "a   b"),
  ])
  func `Unicode white space is removed at both ends and kept inside`(text: String, name: String) throws {
    #expect(try WorkspaceName(text).text == name)
  }

  @Test(arguments: [
    "a\u{200B}", "\u{2060}a", "\u{FEFF}.", "\u{AD}a\u{AD}", "👩\u{200D}🚀", "\u{202E}abc", "\u{301}", "\u{FFFD}",
    "\u{FFFE}",
    "\u{2800}x", "\u{E000}",
  ])
  func `invisible characters are kept beside visible ones`(text: String) throws {
    #expect(try WorkspaceName(text).text.unicodeScalars.elementsEqual(text.unicodeScalars))
  }

  @Test(arguments: [
    "\u{200B}", "\u{2060}", "\u{FEFF}", "\u{AD}", "\u{180E}", "\u{200D}\u{200C}", "\u{202E}", "\u{2066}\u{2069}",
    "\u{3164}",
    "\u{115F}\u{1160}", "\u{FFA0}", "\u{2800}", "\u{200B} \u{200B}", "\u{FE0F}", "\u{E0020}", " \u{2063} ", "\u{34F}",
  ])
  func `a name of invisible characters only is invalid`(text: String) {
    #expect(throws: WorkspaceName.Problem.invisible) { try WorkspaceName(text) }
  }

  @Test(arguments: ["", " ", "\t\n", "\u{3000}\u{A0}\u{85}"])
  func `a name of white space only is empty`(text: String) {
    #expect(throws: WorkspaceName.Problem.empty) { try WorkspaceName(text) }
  }

  @Test(
    arguments: [
      ["a"], ["é"], ["漢"], ["😀"], ["e", "\u{301}"], ["👩", "\u{200D}"], ["🇩", "🇪"],
    ] as [[Unicode.Scalar]])
  func `512 scalars are a valid name and 513 are not, whatever they take in bytes or on the screen`(
    pattern: [Unicode.Scalar]
  ) throws {
    var scalars = String.UnicodeScalarView()
    for index in 0..<512 { scalars.append(pattern[index % pattern.count]) }
    #expect(try WorkspaceName(String(scalars)).text.unicodeScalars.count == 512)
    #expect(try WorkspaceName("  \(String(scalars)) \u{3000}").text.unicodeScalars.count == 512)
    scalars.append("x")
    #expect(throws: WorkspaceName.Problem.tooLong(length: 513)) { try WorkspaceName(String(scalars)) }
  }

  @Test func `any control character inside is refused`() throws {
    for value in Array(0...0x1F) + Array(0x7F...0x9F) as [UInt32] {
      let scalar = try #require(Unicode.Scalar(value))
      #expect(throws: WorkspaceName.Problem.controlCharacter, "U+\(String(value, radix: 16))") {
        try WorkspaceName("a\(scalar)b")
      }
    }
  }

  @Test func `a control character at an end is refused unless it is white space`() throws {
    let whitespace: Set<UInt32> = [0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85]
    for value in Array(0...0x1F) + Array(0x7F...0x9F) as [UInt32] {
      let scalar = try #require(Unicode.Scalar(value))
      for text in ["\(scalar)a", "a\(scalar)"] {
        #expect(((try? WorkspaceName(text)) != nil) == whitespace.contains(value), "U+\(String(value, radix: 16))")
      }
    }
  }

  @Test func `the first broken rule is named: length before control characters`() {
    #expect(throws: WorkspaceName.Problem.tooLong(length: 600)) {
      try WorkspaceName(String(repeating: "a", count: 300) + String(repeating: "\u{1}", count: 300))
    }
  }

  @Test(arguments: [
    ("\u{E9}", "e\u{301}"), ("\u{C5}", "\u{212B}"), ("\u{1E69}", "s\u{307}\u{323}"), ("가", "\u{1100}\u{1161}"),
    ("a", "A"), ("ß", "ss"), ("a b", "a\u{A0}b"),
  ])
  func `names that look the same and differ in bytes are two names`(one: String, other: String) throws {
    let names = [try WorkspaceName(one), try WorkspaceName(other)]
    #expect(names[0] != names[1])
    #expect(Set(names).count == 2)
    #expect(Set(names + names).count == 2)
    #expect(try WorkspaceName(" \(one) ") == names[0])
  }

  @Test(arguments: ["e\u{301}", "\u{212B}", "👨‍👩‍👧‍👦", "\u{FB01}", "\u{200F}אב"])
  func `the bytes of a name come through unchanged`(text: String) throws {
    #expect(try WorkspaceName(text).text.utf8.elementsEqual(text.utf8))
    #expect(WorkspaceName(stored: text).description.utf8.elementsEqual(text.utf8))
  }
}
