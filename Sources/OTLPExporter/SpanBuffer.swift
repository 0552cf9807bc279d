import Synchronization

/// Spans waiting to be sent. Bounded: those that don't fit are dropped and counted.
package final class SpanBuffer: Sendable {
  private struct State {
    var spans: [FinishedSpan] = []
    var dropped = 0
    var exported = 0
  }

  private let state = Mutex(State())
  private let limit: Int

  /// - Parameter limit: how many spans may wait. Default: 8192.
  package init(limit: Int = 8192) { self.limit = limit }

  /// How many spans have been dropped so far, because too many were waiting or the receiver did not accept them.
  package var droppedCount: Int { state.withLock { $0.dropped } }
  /// How many spans a receiver has accepted so far.
  package var exportedCount: Int { state.withLock { $0.exported } }

  /// How many spans are waiting.
  var count: Int { state.withLock { $0.spans.count } }

  func add(_ span: FinishedSpan) {
    state.withLock { state in
      if state.spans.count < limit { state.spans.append(span) } else { state.dropped += 1 }
    }
  }

  /// Removes and returns the oldest spans, at most `maximum`.
  func take(_ maximum: Int) -> [FinishedSpan] {
    state.withLock { state in
      let taken = Array(state.spans.prefix(maximum))
      state.spans.removeFirst(taken.count)
      return taken
    }
  }

  func noteExported(_ count: Int) { state.withLock { $0.exported += count } }
  func noteDropped(_ count: Int) { state.withLock { $0.dropped += count } }
}
