import Messaging
import TestFixtures
import Testing

@Suite struct BatchReplyTests {
  private func result(_ number: Int, bytes: Int = 3) -> BatchReply.Answer {
    .result(id: "\(number)", body: [UInt8](repeating: UInt8(number % 256), count: bytes))
  }

  private func places(_ parts: [BatchReply.Part]) -> [[Int]] { parts.map { $0.ids.compactMap { Int($0) } } }

  @Test func `all results go out together when the last one is known, in the order of the elements`() {
    let reply = BatchReply(count: 3)
    #expect(reply.parts(with: [1: result(1)]).isEmpty)
    reply.commit([1: result(1)])
    #expect(places(reply.parts(with: [0: result(0), 2: result(2)])) == [[0, 1, 2]])
  }

  @Test func `uncommitted results do not count`() {
    let reply = BatchReply(count: 2)
    _ = reply.parts(with: [0: result(0)])
    #expect(reply.parts(with: [1: result(1)]).isEmpty)
    #expect(places(reply.parts(with: [0: result(0), 1: result(1)])) == [[0, 1]])
  }

  @Test func `an element whose result follows separately delays no other`() {
    let reply = BatchReply(count: 3)
    #expect(places(reply.parts(with: [0: result(0), 1: .separate, 2: result(2)])) == [[0, 2]])
    #expect(BatchReply(count: 2).parts(with: [0: .separate, 1: .separate]).isEmpty)
  }

  @Test func `large replies go out in parts, in order, as soon as each is complete`() {
    let reply = BatchReply(count: 4, partBytes: 10)
    let first = [0: result(0, bytes: 6), 1: result(1, bytes: 6), 2: result(2, bytes: 6)]
    #expect(places(reply.parts(with: first)) == [[0, 1]])
    reply.commit(first)
    #expect(places(reply.parts(with: [3: result(3, bytes: 6)])) == [[2, 3]])
  }

  @Test
  func `however elements fall into transactions, some of them retried, each result goes out once, in order`() {
    var random = SeededRandom(seed: 3)
    for _ in 0..<2_000 {
      let count = Int.random(in: 1...12, using: &random)
      let answers = (0..<count).map {
        Int.random(in: 0...4, using: &random) == 0
          ? .separate : result($0, bytes: Int.random(in: 0...9, using: &random))
      }
      let reply = BatchReply(count: count, partBytes: 16)
      var sent: [[Int]] = []
      var next = 0
      while next < count {
        let end = Int.random(in: next + 1...count, using: &random)
        let batch = Dictionary(uniqueKeysWithValues: (next..<end).map { ($0, answers[$0]) })
        let parts = reply.parts(with: batch)
        guard Bool.random(using: &random) else { continue }
        sent += places(parts)
        reply.commit(batch)
        next = end
      }
      let expected = (0..<count).filter { answers[$0] != .separate }
      #expect(sent.flatMap(\.self) == expected)
      #expect(sent.allSatisfy { !$0.isEmpty })
    }
  }
}
