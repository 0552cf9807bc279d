import Messaging
import Synchronization
package import UnitOfWork
package import WorkspaceDomain

/// The active worker's view of its queue's lines of parked commands.
///
/// Only this worker adds to the lines and removes from them, so it need not ask the database with each batch: most of
/// the time there are no lines.
package final class ParkedLines: Sendable {
  private let lines = Mutex<[TenantID: ParkedLine]>([:])
  /// One element is enough to signal a change.
  private let changes: AsyncStream<Void>
  private let continuation: AsyncStream<Void>.Continuation

  package init() {
    (changes, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  package var all: [TenantID: ParkedLine] { lines.withLock { $0 } }

  var isEmpty: Bool { lines.withLock { $0.isEmpty } }

  func isDue(at now: Timestamp) -> Bool { lines.withLock { $0.values.contains { $0.dueAt <= now } } }

  package func load(_ loaded: [ParkedLine]) {
    // Each tenant has one line. Were there two, no worker could become active with a dictionary that insists on it.
    lines.withLock { lines in lines = Dictionary(loaded.map { ($0.tenantID, $0) }) { first, _ in first } }
    if !loaded.isEmpty { continuation.yield() }
  }

  /// Applies the changes of a committed `writeSet`.
  ///
  /// - Parameter next: when the first command remaining after a line's change was parked, if known.
  func committed(_ writeSet: WriteSet, next: Timestamp? = nil) {
    guard !writeSet.parked.isEmpty || writeSet.line != nil else { return }
    lines.withLock { lines in
      for command in writeSet.parked { lines.add(command) }
      switch writeSet.line {
      case .advance(let tenantID, let removed, let bytes, let now):
        lines.advance(tenantID, by: removed.count, bytes: bytes, at: now, next: next)
      case .postpone(let tenantID, _, _, _, let dueAt, _): lines[tenantID]?.dueAt = dueAt
      case nil: break
      }
    }
    continuation.yield()
  }

  /// Notes that the lines were checked; while there are any, they are checked again.
  func checked() {
    if !isEmpty { continuation.yield() }
  }

  /// Calls `look` when a line is due, and every `interval` while there are any, until the task is cancelled.
  ///
  /// - Parameter rest: how long to wait before the first check.
  func watch(rest: Duration, interval: Duration, now: () -> Timestamp, look: () -> Void) async throws {
    try await Task.sleep(for: rest)
    for await _ in changes {
      guard let dueAt = lines.withLock({ $0.values.lazy.map(\.dueAt).min() }) else { continue }
      let delay = Duration.milliseconds(dueAt.milliseconds - now().milliseconds)
      if delay > .zero { try await Task.sleep(for: min(delay, interval)) }
      look()
    }
  }
}

extension [TenantID: ParkedLine] {
  fileprivate mutating func add(_ command: ParkedCommand) {
    let line = ParkedLine(
      tenantID: command.tenantID, count: 0, bytes: 0, oldest: command.parkedAt,
      dueAt: command.dueAt ?? command.parkedAt)
    self[command.tenantID, default: line].count += 1
    self[command.tenantID, default: line].bytes += command.message.size
  }

  fileprivate mutating func advance(
    _ tenantID: TenantID, by count: Int, bytes: Int, at now: Timestamp, next: Timestamp?
  ) {
    guard var line = self[tenantID] else { return }
    line.count -= count
    line.bytes -= bytes
    line.dueAt = now
    if let next { line.oldest = next }
    self[tenantID] = line.count > 0 ? line : nil
  }
}
