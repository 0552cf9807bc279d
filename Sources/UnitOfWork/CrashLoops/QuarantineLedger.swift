/// Port: the ledgers of dead letters and of deaths, beside all commands.
package protocol QuarantineLedger: Sendable {
  /// Records letters whose messages are settled with that: one that comes again all the same is another letter.
  func record(_ letters: [DeadLetter]) async throws(UnitOfWorkError)

  /// What is known of messages that processes have died of; those that none has died of are missing.
  func deaths(
    of messages: [FatalMessages.BodyHash]
  ) async throws(UnitOfWorkError) -> [FatalMessages.BodyHash: FatalMessages.Deaths]
}
