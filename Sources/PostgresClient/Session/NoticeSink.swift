import CLibPQ
import Logging

/// Receives unsolicited messages of the server: notices go to the log, and the reason why it ends the session is kept.
/// The log has no text of a notice: it may quote values, as that of an error may. The server's own log has it.
///
/// libpq reports a FATAL that arrives while no request is in progress as a notice.
final class NoticeSink {
  private let logger: Logger
  private(set) var fatal: ServerError?
  /// Whether a commit of this session, though it is on this server, may be missing on its standbys: its wait for
  /// replication was cancelled.
  private(set) var hasUnreplicatedCommit = false

  init(logger: Logger) { self.logger = logger }

  /// Attaches itself to `connection`, which must not outlive it.
  func attach(to connection: OpaquePointer) {
    let context = Unmanaged.passUnretained(self).toOpaque()
    PQsetNoticeReceiver(
      connection,
      { context, result in
        guard let context, let result else { return }
        Unmanaged<NoticeSink>.fromOpaque(context).takeUnretainedValue().receive(ServerError(result), from: result)
      }, context)
  }

  /// The server's function that waits for standbys. Its warning is recognized by this name: the message is translated,
  /// and the code is that of any warning.
  private static let waitForReplication = "SyncRepWaitForLSN"

  private func receive(_ notice: ServerError, from result: OpaquePointer) {
    let function = PQresultErrorField(result, PGDiagSourceFunction).map { String(cString: $0) }
    if function == Self.waitForReplication { hasUnreplicatedCommit = true }
    if notice.endsSession { fatal = notice }
    logger.log(
      level: notice.severity >= .warning ? .warning : .debug, "PostgreSQL notice",
      metadata: ["postgres.severity": "\(notice.severity.rawValue)", "postgres.sqlstate": "\(notice.sqlState)"])
  }
}

extension ServerError {
  /// Reads the error, or notice, in a result.
  init(_ result: OpaquePointer) {
    func field(_ code: Int32) -> String? { PQresultErrorField(result, code).map { String(cString: $0) } }
    self.init(
      // Without a code the failure is libpq's: its own, or that of the connection.
      sqlState: field(PGDiagSQLState).flatMap(SQLState.init) ?? .connectionException,
      severity: field(PGDiagSeverity).flatMap(Severity.init) ?? .error,
      message: field(PGDiagMessagePrimary) ?? String(cString: PQresultErrorMessage(result)).firstLine,
      detail: field(PGDiagMessageDetail),
      hint: field(PGDiagMessageHint),
      schema: field(PGDiagSchemaName),
      table: field(PGDiagTableName),
      column: field(PGDiagColumnName),
      constraint: field(PGDiagConstraintName))
  }
}

extension String {
  /// The first line: what happened. libpq adds lines of speculation ("This probably means …").
  var firstLine: String { split(whereSeparator: \.isNewline).first.map(String.init) ?? "" }
}
