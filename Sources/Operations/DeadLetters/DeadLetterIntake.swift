package import UnitOfWork

/// Adds letters of another ledger to this one, a ``LetterBatch`` at a time.
package struct DeadLetterIntake {
  private let ledger: any DeadLetterLedger
  private var batch: [DeadLetter] = []
  private var bytes = 0
  /// How many were added: those that were there already are not among them.
  package private(set) var added = 0

  package init(into ledger: any DeadLetterLedger) { self.ledger = ledger }

  /// Adds `letter`, with those before it when they are a batch.
  ///
  /// - Parameter bytes: how large it is.
  package mutating func add(_ letter: DeadLetter, bytes: Int) async throws {
    batch.append(letter)
    self.bytes += bytes
    if batch.count == LetterBatch.count || self.bytes >= LetterBatch.bytes { try await finish() }
  }

  /// Adds what is not added yet.
  package mutating func finish() async throws {
    guard !batch.isEmpty else { return }
    added += try await ledger.add(batch)
    (batch, bytes) = ([], 0)
  }
}
