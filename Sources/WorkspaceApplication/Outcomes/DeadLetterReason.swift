/// Why a message is a dead letter, by its code on the wire: all reasons known to this version of the program.
///
/// The ledger keeps codes as text. It may have letters of other versions, with unknown codes: readers pass on their
/// text unchanged.
package enum DeadLetterReason: String, Sendable, CaseIterable {
  // MARK: No command

  case malformedJSON = "malformed_json"
  case invalidEnvelope = "invalid_envelope"
  case unknownCommandType = "unknown_command_type"
  case invalidData = "invalid_data"
  case messageTooLarge = "message_too_large"
  /// The access list does not permit it.
  case forbiddenSender = "forbidden_sender"

  // MARK: A command that can't be executed

  /// It failed unexpectedly, even when it was run alone and retried later.
  case unexpectedFailure = "unexpected_failure"
  /// It has killed too many processes.
  case crashLoop = "crash_loop"
  /// Its tenant's line of parked commands takes no more.
  case parkedLineFull = "parked_line_full"
  /// An operator took it out of its line.
  case withdrawnByOperator = "withdrawn_by_operator"

  // MARK: Neither

  /// The broker itself dead-lettered it.
  case brokerDeadLettered = "broker_dead_lettered"
  /// A row of the worker's database that held a message and can't be read. The store itself moves it to the ledger, so
  /// this is never the outcome of a message.
  case unreadableRow = "unreadable_row"
}
