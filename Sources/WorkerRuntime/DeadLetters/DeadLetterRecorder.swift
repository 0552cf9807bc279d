import DeliveryPipeline
import Logging
import MessageContract
import UnitOfWork

/// Writes what the broker has dead-lettered into the ledger.
struct DeadLetterRecorder: Sendable {
  private let transaction: BatchTransaction

  init(_ transaction: BatchTransaction) { self.transaction = transaction }

  /// Records `letters`, in ever smaller parts where one of them can't be.
  ///
  /// - Returns: those that are in the ledger now.
  /// - Throws: ``UnitOfWorkError`` when the database can't be used now.
  func record(
    _ letters: [BrokerDeadLetter], committed: (CommittedBatch) async throws -> Void
  ) async throws -> [BrokerDeadLetter] {
    var assignment = Assignment([])
    assignment.letters = letters
    do {
      try await committed(try await transaction.commit(assignment))
      return letters
    } catch let spoiled as BatchTransaction.Spoiled {
      guard letters.count > 1 else {
        transaction.logger.error(
          "a message that the broker dead-lettered can't be recorded; it stays in its queue",
          metadata: ["queue": "\(letters[0].key.queue)", "error": "\(spoiled.cause)"])
        return []
      }
      let middle = letters.count / 2
      return try await record(Array(letters[..<middle]), committed: committed)
        + record(Array(letters[middle...]), committed: committed)
    }
  }
}
