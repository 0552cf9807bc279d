/// Port: writes into the ledger of dead letters, beside all commands.
package protocol DeadLetterRecorder: Sendable {
  /// Records letters whose messages are settled with that: one that comes again all the same is another letter.
  func record(_ letters: [DeadLetter]) async throws(UnitOfWorkError)
}
