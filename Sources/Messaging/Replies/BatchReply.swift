import Synchronization

/// What is answered to the elements of one message, gathered for one reply: as many of its parts as are complete go out
/// with the transaction that completes them.
///
/// Nothing of it outlives the process: a message of which something is not settled comes again, and its elements get
/// their answers again.
package final class BatchReply: Sendable {
  /// What was answered to an element.
  package enum Answer: Sendable, Equatable {
    case result(id: String, body: [UInt8])
    /// Its result follows alone, or went out before.
    case apart
  }

  /// A reply, or, of one that is too large, a part of it: its results in the order of the elements.
  package struct Part: Sendable, Equatable {
    package let ids: [String]
    package let bodies: [[UInt8]]
  }

  private struct State {
    /// The first element that no part has.
    var next = 0
    /// Those from ``next`` on that are known.
    var answers: [Int: Answer] = [:]
  }

  /// A part is closed when its results have this size in bytes.
  package static let partBytes = 1 << 20

  private let count: Int
  private let partBytes: Int
  private let state = Mutex(State())

  /// - Parameter count: of the elements.
  package init(count: Int, partBytes: Int = BatchReply.partBytes) {
    self.count = count
    self.partBytes = partBytes
  }

  /// The parts that are complete when a transaction with these answers, by the elements' places, has committed.
  package func parts(with answers: [Int: Answer]) -> [Part] { advanced(by: answers).parts }

  /// The transaction has committed.
  package func commit(_ answers: [Int: Answer]) {
    let state = advanced(by: answers).state
    self.state.withLock { $0 = state }
  }

  private func advanced(by answers: [Int: Answer]) -> (state: State, parts: [Part]) {
    var state = self.state.withLock { $0 }
    state.answers.merge(answers) { first, _ in first }
    var parts: [Part] = []
    var open: [(id: String, body: [UInt8])] = []
    var bytes = 0
    var place = state.next
    while let answer = state.answers[place] {
      place += 1
      if case .result(let id, let body) = answer {
        open.append((id, body))
        bytes += body.count
      }
      guard place == count || bytes >= partBytes else { continue }
      if !open.isEmpty { parts.append(Part(ids: open.map(\.id), bodies: open.map(\.body))) }
      for known in state.next..<place { state.answers[known] = nil }
      (open, bytes, state.next) = ([], 0, place)
    }
    return (state, parts)
  }
}

/// Which element of a message a delivery is.
package struct BatchElement: Sendable {
  package let reply: BatchReply
  package let place: Int

  package init(of reply: BatchReply, place: Int) {
    self.reply = reply
    self.place = place
  }
}
