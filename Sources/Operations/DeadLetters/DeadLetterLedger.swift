package import Messaging
package import UnitOfWork
package import WorkspaceDomain

/// Port: the dead-letter ledger, for reading letters and deciding about them.
///
/// Every method throws the store's error, for the operator to read.
package protocol DeadLetterLedger: Sendable {
  /// Letters in the order of recording, the newest first.
  ///
  /// - Parameters:
  ///   - before: the last one of the previous page.
  ///   - limit: the largest number of letters.
  func list(_ filter: DeadLetterFilter, before: ULID?, limit: Int) async throws -> [DeadLetterSummary]

  /// The messages of letters, in the order of ``list(_:before:limit:)``.
  ///
  /// - Parameter bytes: the result ends with the letter that brings it to this size.
  func messages(_ filter: DeadLetterFilter, before: ULID?, limit: Int, bytes: Int) async throws -> [ReplayLetter]

  /// Letters as they were recorded, in the order and with the limits of ``messages(_:before:limit:bytes:)``.
  func records(_ filter: DeadLetterFilter, before: ULID?, limit: Int, bytes: Int) async throws -> [DeadLetter]

  /// How many letters there are in each group, the largest group first.
  ///
  /// - Parameter limit: the largest number of groups.
  func groups(by key: DeadLetterGroup.Key, _ filter: DeadLetterFilter, limit: Int) async throws -> [DeadLetterGroup]

  /// A letter with its message; nil if there is none with this id.
  func letter(_ id: ULID) async throws -> (summary: DeadLetterSummary, message: AMQPMessage)?

  /// Discards letters: they are not replayed, and listed only on demand, until retention removes them.
  ///
  /// - Returns: how many letters were discarded, not counting those that already had been.
  func discard(
    _ filter: DeadLetterFilter, by operatorName: String, because reason: String, at now: Timestamp
  ) async throws -> Int

  /// Reverts the discarding of letters.
  ///
  /// - Returns: how many letters were restored.
  func restore(_ filter: DeadLetterFilter) async throws -> Int

  /// Adds letters from another ledger, all or none; existing ones are left as they are.
  ///
  /// - Returns: how many letters were added.
  func add(_ letters: [DeadLetter]) async throws -> Int
}

extension DeadLetterLedger {
  /// A page of the list.
  ///
  /// - Parameter after: the last letter of the previous page.
  package func page(_ filter: DeadLetterFilter, after: ULID?, limit: Int) async throws -> Page<DeadLetterSummary> {
    try await Page.read(limit: limit) { try await list(filter, before: after, limit: $0) }
  }

  /// How many letters match `filter`.
  package func count(_ filter: DeadLetterFilter) async throws -> Int {
    // There are far fewer than 1,000 reasons.
    try await groups(by: .reason, filter, limit: 1000).reduce(0) { $0 + $1.count }
  }

  /// Passes all letters that match `filter` to `write`, the newest first, with one ``LetterBatch`` in memory at a time.
  ///
  /// - Returns: how many letters there were.
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
