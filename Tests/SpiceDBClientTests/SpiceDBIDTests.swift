import TestFixtures
import Testing

@testable import SpiceDBClient

@Suite struct SpiceDBIDTests {
  @Test(arguments: [
    ("alice", "alice"), ("A/b_c|d-9", "A/b_c|d-9"), ("a@b.example", "a=40b=2Eexample"), ("a=b", "a=3Db"),
    ("a+b", "a=2Bb"),
    ("*", "=2A"), ("é", "=C3=A9"), ("auth0|x y", "auth0|x=20y"), ("\u{0}", "=00"),
  ])
  func `every byte that SpiceDB rejects becomes two digits, and comes back`(text: String, id: String) {
    #expect(SpiceDBID.encode(text) == id)
    #expect(SpiceDBID.decode(id) == .text(text))
  }

  @Test func `an id of more than 1,024 characters becomes a digest`() {
    let longest = String(repeating: "a", count: 1024)
    #expect(SpiceDBID.encode(longest) == longest)
    // The digest of the text itself, not of its encoding: printf 'a%.0s' {1..1025} | sha256sum
    #expect(
      SpiceDBID.encode(longest + "a") == "==4a82297889eb505cf6b5cbdf69977afab4632d6557539782f657bd7dc78091a5")
    #expect(SpiceDBID.encode(String(repeating: "é", count: 171)).hasPrefix("=="))
    #expect(SpiceDBID.encode(String(repeating: "é", count: 170)).utf8.count == 1020)
    #expect(SpiceDBID.decode(SpiceDBID.encode(longest + "a")) == .digest)
  }

  @Test(arguments: [
    "", "a b", "=", "=4", "=4g", "=4a", "=41", "a+b", "=FF", "==", "==00", "==" + String(repeating: "A", count: 64),
    "é",
    String(repeating: "a", count: 1025),
  ])
  func `an id that was never encoded is not decoded`(id: String) {
    #expect(SpiceDBID.decode(id) == (id.isEmpty ? .text("") : nil))
  }

  @Test(arguments: 0..<20)
  func `any text has a unique id that SpiceDB accepts and that can be decoded`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var texts: [String: String] = [:]
    for _ in 0..<500 {
      let text = Self.text(&random)
      let id = SpiceDBID.encode(text)
      #expect(SpiceDBID.isValid(id))
      #expect(texts.updateValue(text, forKey: id) ?? text == text)
      #expect(SpiceDBID.decode(id) == (id.hasPrefix("==") ? .digest : .text(text)))
    }
  }

  private static func text(_ random: inout SeededRandom) -> String {
    let limit = Bool.random(using: &random) ? 8 : 1100
    return (0..<Int.random(in: 1...limit, using: &random)).reduce(into: "") { text, _ in
      let range: ClosedRange<UInt32> = [0x21...0x7e, 0x30...0x7a, 0x00...0x2fff, 0x10000...0x1ffff].randomElement(
        using: &random)!
      text.unicodeScalars.append(Unicode.Scalar(UInt32.random(in: range, using: &random)) ?? "=")
    }
  }
}
