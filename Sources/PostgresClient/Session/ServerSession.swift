import CLibPQ
import Logging

/// A `PGconn` in non-blocking mode: the only place that calls libpq, and never a call that waits.
///
/// Waiting is poll() on the socket, an interrupt and a deadline; so the manual's chapter "Asynchronous Command
/// Processing" wants it. Freed with its last reference: PQfinish says goodbye to the server if that doesn't block.
final class ServerSession {
  let connection: OpaquePointer
  let notices: NoticeSink
  /// The statements that this session knows, by name.
  var prepared: Set<String> = []

  /// Takes over `connection`.
  init(_ connection: OpaquePointer, logger: Logger) {
    self.connection = connection
    notices = NoticeSink(logger: logger)
    notices.attach(to: connection)
  }

  deinit { PQfinish(connection) }

  var socket: Int32 { PQsocket(connection) }

  /// Sends all that libpq has buffered.
  ///
  /// Reads meanwhile: a server that can't get rid of its answers stops reading requests, and both sides would wait
  /// for ever (libpq manual, PQflush, and the caution on deadlock in "Pipeline Mode").
  func flush(_ wait: SocketWait) throws(PostgresError) {
    while true {
      switch PQflush(connection) {
      case 0: return
      case 1:
        if try wait.wait(for: socket, until: [.readable, .writable]).contains(.readable) { try consumeInput() }
      default: throw lost()
      }
    }
  }

  /// The next result, once it is here whole; nil at the end of a request's results.
  func nextResult(_ wait: SocketWait) throws(PostgresError) -> QueryResult? {
    while PQisBusy(connection) != 0 {
      _ = try wait.wait(for: socket, until: .readable)
      try consumeInput()
    }
    let result = PQgetResult(connection).map(QueryResult.init)
    if let error = result?.error, error.endsSession || PQstatus(connection) == CONNECTION_BAD {
      throw .connectionLost(ConnectionFailure(reason: error.message, sqlState: error.sqlState))
    }
    return result
  }

  /// Takes in what arrived while no request was under way: notices, changed settings, or the end of the session.
  func readUnsolicited() throws(PostgresError) {
    try consumeInput()
    _ = PQisBusy(connection)  // parses
    if notices.fatal != nil { throw lost() }
    PQfreemem(PQnotifies(connection))
  }

  /// Reads what is there, without waiting.
  private func consumeInput() throws(PostgresError) {
    // A TLS record holds up to 16 KiB, and each call makes room for at least 8 KiB: two calls leave nothing
    // decrypted inside the TLS library, where poll() can't see it.
    for _ in 0..<(PQsslInUse(connection) == 0 ? 1 : 2) where PQconsumeInput(connection) == 0 {
      _ = PQisBusy(connection)  // The server's last words may have come with the end: hand them to the notices.
      throw lost()
    }
  }

  /// The error for a connection that is gone, with the server's reason if it gave one.
  func lost() -> PostgresError {
    if let fatal = notices.fatal {
      return .connectionLost(ConnectionFailure(reason: fatal.message, sqlState: fatal.sqlState))
    }
    return .connectionLost(ConnectionFailure(reason: String(cString: PQerrorMessage(connection)).firstLine))
  }
}
