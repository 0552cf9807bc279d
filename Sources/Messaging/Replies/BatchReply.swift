import Synchronization

/// Gathers the answers to the elements of one message into one reply. If that is too large it has several parts; each
/// is sent with the transaction that completes it.
///
/// In memory only: when the process has ended, a message with an unsettled element is redelivered, and all of its
/// elements are answered again.
package final class BatchReply: Sendable {
  /// The answer to an element.
  package enum Answer: Sendable, Equatable {
    case result(id: String, body: [UInt8])
    /// The result follows in a message of its own, or was sent before.
    case separate
  }

  /// A reply, or a part of one that is too large: results in the order of the elements.
  package struct Part: Sendable, Equatable {
    package let ids: [String]
    package let bodies: [[UInt8]]
  }

  private struct State {
    /// The first element that is in no part yet.
    var next = 0
    /// The known answers from ``next`` on, by place.
    var answers: [Int: Answer] = [:]
  }

  /// A part is complete once its results have reached this size in bytes.
  package static let partBytes = 1 << 20

  private let count: Int
  private let partBytes: Int
  private let state = Mutex(State())

  /// - Parameter count: the number of elements.
  package init(count: Int, partBytes: Int = BatchReply.partBytes) {
    self.count = count
    self.partBytes = partBytes
  }

  /// The parts that are complete once a transaction with these answers, by place of the element, has committed.
  package func parts(with answers: [Int: Answer]) -> [Part] { advanced(by: answers).parts }

  /// Records the answers of a committed transaction.
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

/// The element of a message that a delivery stands for.
package struct BatchElement: Sendable {
  package let reply: BatchReply
  package let place: Int

  package init(of reply: BatchReply, place: Int) {
    self.reply = reply
    self.place = place
  }
}
