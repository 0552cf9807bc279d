import Synchronization
package import WorkspaceApplication
package import WorkspaceDomain

/// ULIDs of this process, in the order in which they were requested.
package final class MonotonicIdentifiers: IdentifierGenerator {
  private let generator = Mutex(ULIDGenerator(random: SystemRandomNumberGenerator()))

  package init() {}

  package func next(at now: Timestamp) throws(IdentifiersExhausted) -> ULID {
    let milliseconds = min(UInt64(now.milliseconds), ULID.maximumMilliseconds)
    let id = generator.withLock { try? $0.next(at: milliseconds) }
    guard let id else { throw IdentifiersExhausted() }
    return id
  }
}
