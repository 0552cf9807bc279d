import EndToEndSupport
import TestFixtures

/// Random damage to the bytes of a command.
struct Mutation {
  private static let tokens = [
    "null", "{}", "[]", "\"\"", "-0", "1e9", "\\u0000", "\\ud800", "\\", "\"", "{", "}", "[", "]", ",", ":", "\u{0}",
    "\u{FEFF}",
    "é", "e\u{301}", "😀", "\"id\":\"x\",", "\"data\":{},", "true", " ", "\n",
  ].map { Array($0.utf8) }

  var random: SeededRandom

  mutating func apply(to body: [UInt8]) -> [UInt8] {
    var body = body
    for _ in 0..<Int.random(in: 1...3, using: &random) { change(&body) }
    return body
  }

  private mutating func change(_ body: inout [UInt8]) {
    guard !body.isEmpty else { return body.append(.random(in: 0...255, using: &random)) }
    let place = Int.random(in: 0..<body.count, using: &random)
    let end = min(body.count, place + Int.random(in: 1...12, using: &random))
    switch Int.random(in: 0..<7, using: &random) {
    case 0: body[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 1: body[place] = .random(in: 0...255, using: &random)
    case 2: body.removeSubrange(place..<end)
    case 3: body.insert(contentsOf: body[place..<end], at: place)
    case 4: body.removeSubrange(place...)
    case 5: body.insert(contentsOf: Self.tokens.randomElement(using: &random) ?? [], at: place)
    default: body.replaceSubrange(place..<end, with: Self.tokens.randomElement(using: &random) ?? [])
    }
  }
}
