import Synchronization
package import WorkspaceApplication
package import WorkspaceDomain

/// Identifiers that are numbered from 1 on, whatever the time.
package final class CountingIdentifiers: IdentifierGenerator {
  private let last: Mutex<UInt64>
  private let limit: UInt64

  /// - Parameters:
  ///   - start: the number before the first.
  ///   - limit: none is left after this many.
  package init(after start: UInt64 = 0, limit: UInt64 = .max) {
    last = Mutex(start)
    self.limit = limit
  }

  package func next(at now: Timestamp) throws(IdentifiersExhausted) -> ULID {
    let number: UInt64? = last.withLock { last in
      guard last < limit else { return nil }
      last += 1
      return last
    }
    guard let number else { throw IdentifiersExhausted() }
    return .sample(number)
  }
}
