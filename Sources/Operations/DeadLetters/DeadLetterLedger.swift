package import Messaging
package import UnitOfWork
package import WorkspaceDomain

/// Port: the ledger of dead letters, for those who read it and decide about letters.
///
/// Everything throws what the store says, for the operator to read.
package protocol DeadLetterLedger: Sendable {
  /// Letters in the order of recording, the latest first.
  ///
  /// - Parameters:
  ///   - before: the last one of the page before.
  ///   - limit: the largest number of letters.
  func list(_ filter: DeadLetterFilter, before: ULID?, limit: Int) async throws -> [DeadLetterSummary]

  /// The messages of letters, in the same order.
  ///
  /// - Parameter bytes: they end behind the letter with which they have so many; there is one at least.
  func messages(_ filter: DeadLetterFilter, before: ULID?, limit: Int, bytes: Int) async throws -> [ReplayLetter]

  /// Letters as they were recorded, in the same order and with the same limits.
  func records(_ filter: DeadLetterFilter, before: ULID?, limit: Int, bytes: Int) async throws -> [DeadLetter]

  /// How many letters there are of each kind, the most frequent first.
  ///
  /// - Parameter limit: the largest number of groups.
  func groups(by key: DeadLetterGroup.Key, _ filter: DeadLetterFilter, limit: Int) async throws -> [DeadLetterGroup]

  /// A letter with its message; nil where there is none of this id.
  func letter(_ id: ULID) async throws -> (summary: DeadLetterSummary, message: OutboundMessage)?

  /// Marks letters that nobody wants: they are not replayed, and listed on demand only, until retention removes them.
  ///
  /// - Returns: how many were not discarded before.
  func discard(
    _ filter: DeadLetterFilter, by operatorName: String, because reason: String, at now: Timestamp
  ) async throws -> Int

  /// Takes the mark off again.
  ///
  /// - Returns: how many had it.
  func restore(_ filter: DeadLetterFilter) async throws -> Int

  /// Adds letters of another ledger, all or none; those that are here already are left as they are.
  ///
  /// - Returns: how many were added.
  func add(_ letters: [DeadLetter]) async throws -> Int
}

extension DeadLetterLedger {
  /// A page of the list.
  ///
  /// - Parameter after: the last letter of the page before.
  package func page(_ filter: DeadLetterFilter, after: ULID?, limit: Int) async throws -> Page<DeadLetterSummary> {
    try await Page.read(limit: limit) { try await list(filter, before: after, limit: $0) }
  }

  /// How many letters `filter` means.
  package func count(_ filter: DeadLetterFilter) async throws -> Int {
    // There are far fewer reasons.
    try await groups(by: .reason, filter, limit: 1000).reduce(0) { $0 + $1.count }
  }

  /// Hands out all letters that `filter` means, the latest first, a ``LetterBatch`` in memory at a time.
  ///
  /// - Returns: how many there were.
  package func export(_ filter: DeadLetterFilter, to write: (DeadLetter) throws -> Void) async throws -> Int {
    var (count, last) = (0, ULID?.none)
    while true {
      let letters = try await records(filter, before: last, limit: LetterBatch.count, bytes: LetterBatch.bytes)
      guard let end = letters.last else { return count }
      try letters.forEach(write)
      count += letters.count
      last = end.id
    }
  }
}
