import CLibPQ
import Logging

/// A `PGconn` in non-blocking mode, used only through this class. Once it is connected, no call to libpq blocks; while
/// connecting, libpq resolves names and reads files with calls that do.
///
/// Every wait is a poll() on the socket and an interrupt, with a deadline, as the manual's chapter "Asynchronous
/// Command Processing" requires. Freed with its last reference: PQfinish notifies the server if that doesn't block.
final class ServerSession {
  let connection: OpaquePointer
  let notices: NoticeSink
  /// The statements that this session has prepared: their texts by name.
  var prepared: [String: String] = [:]

  /// Takes over `connection`.
  init(_ connection: OpaquePointer, logger: Logger) {
    self.connection = connection
    notices = NoticeSink(logger: logger)
    notices.attach(to: connection)
  }

  deinit { PQfinish(connection) }

  var socket: Int32 { PQsocket(connection) }
  /// The host of the connected server.
  var host: String { PQhost(connection).map { String(cString: $0) } ?? "" }
  var port: String { PQport(connection).map { String(cString: $0) } ?? "" }

  /// Sends all that libpq has buffered.
  ///
  /// Reads meanwhile: a server that can't get rid of its answers stops reading requests, and both sides would wait
  /// forever (libpq manual, PQflush, and the caution on deadlock in "Pipeline Mode").
  func flush(_ wait: SocketWait) throws(PostgresError) {
    while true {
      switch PQflush(connection) {
      case 0: return
      case 1:
        let readiness = try wait.wait(for: socket, until: [.readable, .writable])
        if readiness.contains(.readable) { try consumeInput() }
      default: throw lost()
      }
    }
  }

  /// The next result, once complete; nil at the end of a request's results.
  func nextResult(_ wait: SocketWait) throws(PostgresError) -> QueryResult? {
    while isBusy {
      try consumeDecrypted()
      guard isBusy else { break }
      _ = try wait.wait(for: socket, until: .readable)
      try consumeInput()
    }
    let result = PQgetResult(connection).map(QueryResult.init)
    if let error = result?.error, error.endsSession || !isAlive {
      throw .connectionLost(ConnectionFailure(reason: error.message, sqlState: error.sqlState))
    }
    // Once the connection is gone, libpq hands out at most one more result of a pipeline, then nothing but nil.
    if result == nil, !isAlive { throw lost() }
    return result
  }

  /// Reads what arrived while no request was in progress: notices, changed settings, or the end of the session.
  func readUnsolicited() throws(PostgresError) {
    try consumeInput()
    try consumeDecrypted()
    // Parsing delivers notices.
    _ = isBusy
    guard isAlive, notices.fatal == nil else { throw lost() }
    PQfreemem(PQnotifies(connection))
  }

  /// Parses what was read; true while PQgetResult would block.
  private var isBusy: Bool { PQisBusy(connection) != 0 }

  private var isAlive: Bool { PQstatus(connection) == CONNECTION_OK }

  /// Reads what is available, without waiting. If the connection has ended, what came before its end still counts.
  private func consumeInput() throws(PostgresError) {
    guard PQconsumeInput(connection) == 1 || !isBusy else { throw lost() }
  }

  /// Reads what the TLS library has decrypted and poll() can't see: to be called before waiting.
  ///
  /// A TLS record holds up to 16 KiB, and each read makes room for at least 8 KiB: one more read gets the rest.
  private func consumeDecrypted() throws(PostgresError) {
    if PQsslInUse(connection) != 0 { try consumeInput() }
  }

  /// The error for a connection that is gone, with the server's reason if it gave one.
  func lost() -> PostgresError {
    // Checked first: when libpq expects no answer, it reports what it finds as a notice.
    let lastAnswer = fatalAnswer()
    if let reason = notices.fatal ?? lastAnswer {
      return .connectionLost(ConnectionFailure(reason: reason.message, sqlState: reason.sqlState))
    }
    return .connectionLost(ConnectionFailure(reason: String(cString: PQerrorMessage(connection)).firstLine))
  }

  /// Why the server ends the session, if that is among the answers read but not yet processed.
  private func fatalAnswer() -> ServerError? {
    var isBetweenRequests = false
    while !isBusy {
      let result = PQgetResult(connection).map(QueryResult.init)
      if let error = result?.error, error.endsSession { return error }
      // Two nils in a row: nothing is left. A COPY result would be returned again and again.
      if result?.status == .unexpected || (result == nil && isBetweenRequests) { return nil }
      isBetweenRequests = result == nil
    }
    return nil
  }
}
