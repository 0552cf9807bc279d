/// Port: the ledgers of dead letters and of deaths, independent of the execution of commands.
package protocol QuarantineLedger: Sendable {
  /// Records letters, which settles their messages: a message that is redelivered all the same becomes another letter.
  func record(_ letters: [DeadLetter]) async throws(UnitOfWorkError)

  /// The deaths that messages have caused; messages that have caused none are left out.
  func deaths(
    of messages: [FatalMessages.BodyHash]
  ) async throws(UnitOfWorkError) -> [FatalMessages.BodyHash: FatalMessages.Deaths]
}
