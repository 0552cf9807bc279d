import Messaging
import Testing

@Suite struct ShortStringTests {
  @Test(arguments: [("a", 255), ("é", 127), ("漢", 85), ("😀", 63)])
  func `255 bytes fit and 256 don't, counted in UTF-8`(character: String, count: Int) {
    let text = String(repeating: character, count: count)
    #expect(ShortString(text)?.text == text)
    #expect(ShortString(text + character) == nil)
    #expect(ShortString(bytes: Array(repeating: 0, count: 255))?.bytes.count == 255)
    #expect(ShortString(bytes: Array(repeating: 0, count: 256)) == nil)
  }

  @Test(arguments: [[], [0], [0xFF, 0xFE], [0xC3], [0xED, 0xA0, 0x80]] as [[UInt8]])
  func `bytes come through unchanged, even if they are not text`(bytes: [UInt8]) {
    #expect(ShortString(bytes: bytes)?.bytes == bytes)
    #expect((ShortString(bytes: bytes)?.text == nil) == (bytes.count > 0 && bytes != [0]))
  }

  @Test func `strings are equal when their bytes are`() {
    #expect(ShortString("\u{E9}") != ShortString("e\u{301}"))
    #expect(("literal" as ShortString) == ShortString("literal"))
    #expect(("é" as ShortString).bytes == [0xC3, 0xA9])
    #expect(("" as ShortString).text == "")
  }
}
