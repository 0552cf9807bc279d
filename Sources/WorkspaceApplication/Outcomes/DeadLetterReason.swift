/// Why a message is among the dead letters, by its code on the wire: all reasons that this version of the program has.
///
/// The ledger keeps codes as text. It may have letters of other versions, with codes that are none of these: what reads
/// it hands their text on as it is.
package enum DeadLetterReason: String, Sendable, CaseIterable {
  // MARK: No command

  case malformedJSON = "malformed_json"
  case invalidEnvelope = "invalid_envelope"
  case unknownCommandType = "unknown_command_type"
  case invalidData = "invalid_data"
  case messageTooLarge = "message_too_large"
  /// The access list does not permit it.
  case forbiddenSender = "forbidden_sender"

  // MARK: A command that can't be carried out

  /// It failed for a reason that nobody foresaw, also when it was run alone and again later.
  case unexpectedFailure = "unexpected_failure"
  /// Process after process has died of it.
  case crashLoop = "crash_loop"
  /// Its tenant's line of parked commands takes no more.
  case parkedLineFull = "parked_line_full"
  /// An operator took it out of its line.
  case withdrawnByOperator = "withdrawn_by_operator"

  // MARK: Neither

  /// The broker itself has dead-lettered it.
  case brokerDeadLettered = "broker_dead_lettered"
  /// A row of ours that can't be read, and was a message. The store moves it to the ledger by itself: it is the outcome
  /// of no message.
  case unreadableRow = "unreadable_row"
}
