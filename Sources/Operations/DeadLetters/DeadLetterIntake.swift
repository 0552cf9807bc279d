package import UnitOfWork

/// Adds letters from another ledger to this one, a ``LetterBatch`` at a time.
package struct DeadLetterIntake {
  private let ledger: any DeadLetterLedger
  private var batch: [DeadLetter] = []
  private var bytes = 0
  /// How many letters were added, not counting those that already existed.
  package private(set) var added = 0

  package init(into ledger: any DeadLetterLedger) { self.ledger = ledger }

  /// Adds `letter`; it is written, with those before it, once they fill a batch.
  ///
  /// - Parameter bytes: the size of `letter`.
  package mutating func add(_ letter: DeadLetter, bytes: Int) async throws {
    batch.append(letter)
    self.bytes += bytes
    if batch.count == LetterBatch.count || self.bytes >= LetterBatch.bytes { try await finish() }
  }

  /// Writes the rest.
  package mutating func finish() async throws {
    guard !batch.isEmpty else { return }
    added += try await ledger.add(batch)
    (batch, bytes) = ([], 0)
  }
}
