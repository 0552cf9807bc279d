import StrictJSON
import TestFixtures
import Testing

@Suite struct JSONArraySplitterTests {
  private func split(_ text: String, limit: Int = 100) throws -> [String] {
    let bytes = Array(text.utf8)
    return try JSONArraySplitter.split(bytes, limit: limit).map { String(decoding: bytes[$0], as: UTF8.self) }
  }

  @Test(arguments: [
    ("[]", []), (" [ ] ", []), ("[1]", ["1"]),
    ("[ {\"a\":[1,2]} ,\n {\"b\":\"],\\\"[\"}\t]", ["{\"a\":[1,2]}", "{\"b\":\"],\\\"[\"}"]),
    ("[[1,2],null,\"é,\"]", ["[1,2]", "null", "\"é,\""]), ("[\"\\\\\",2]", ["\"\\\\\"", "2"]),
  ])
  func `elements are found with their own bytes`(text: String, elements: [String]) throws {
    #expect(try split(text) == elements)
  }

  @Test(arguments: [
    ("[{\"a\" 1},{\"b\":2}]", ["{\"a\" 1}", "{\"b\":2}"]), ("[{\"a\":1],{\"b\":2}]", ["{\"a\":1]", "{\"b\":2}"]),
    ("[nonsense, 1 2 ,}]", ["nonsense", "1 2", "}"]),
  ])
  func `a damaged element is an element of its own`(text: String, elements: [String]) throws {
    #expect(try split(text) == elements)
  }

  @Test(arguments: [
    "", " ", "{}", "1", "[", "[1", "[1,", "[1,]", "[,1]", "[1,,2]", "[1]]", "[1] 2", "[\"a]", "[{\"a\":1]",
    "\u{FEFF}[1]",
  ])
  func `anything but a complete array is malformed`(text: String) {
    #expect(throws: JSONReader.Problem.self) { try split(text) }
  }

  @Test func `elements beyond the limit are not searched`() throws {
    #expect(try split("[1,2,3,4", limit: 2) == ["1", "2", "3"])
    #expect(try split("[1,2,3]", limit: 3).count == 3)
  }

  @Test func `for any bytes, elements are in order, not empty and inside the array`() {
    var random = SeededRandom(seed: 7)
    let pieces = ["[", "]", "{", "}", ",", "\"", "\\", " ", "1", "a", "é", ":"]
    for _ in 0..<20_000 {
      let text =
        "[" + (0..<Int.random(in: 0...12, using: &random)).map { _ in pieces.randomElement(using: &random)! }.joined()
      let bytes = Array(text.utf8)
      guard let elements = try? JSONArraySplitter.split(bytes, limit: 100) else { continue }
      var end = 1
      for element in elements {
        #expect(element.lowerBound >= end && !element.isEmpty && element.upperBound < bytes.count, "\(text)")
        end = element.upperBound + 1
      }
    }
  }

  @Test func `a valid array has the elements that a strict reader reads`() throws {
    var random = SeededRandom(seed: 11)
    let values = ["1", "\"],[\"", "{\"a\":[{}]}", "[[]]", "null", "\"\\\"\"", "-1.5e3"]
    for _ in 0..<2_000 {
      let elements = (0..<Int.random(in: 0...6, using: &random)).map { _ in values.randomElement(using: &random)! }
      let text = "[" + elements.joined(separator: [",", " , ", ",\n"].randomElement(using: &random)!) + "]"
      guard case .array(let read) = try JSONReader.read(Array(text.utf8)) else { throw JSONReader.Problem.duplicateKey }
      #expect(try split(text) == elements && read.count == elements.count)
    }
  }
}
