import CLibPQ

/// The transaction status of a session (libpq manual, PQtransactionStatus).
package enum TransactionStatus: Sendable, Equatable {
  /// No transaction is open.
  case idle
  case inTransaction
  /// A statement of the open transaction failed: it waits for its ROLLBACK.
  case inFailedTransaction
  /// There is no session.
  case unknown
}

extension ServerSession {
  var transactionStatus: TransactionStatus {
    switch PQtransactionStatus(connection) {
    case PQTRANS_IDLE: .idle
    case PQTRANS_INTRANS: .inTransaction
    case PQTRANS_INERROR: .inFailedTransaction
    default: .unknown
    }
  }
}
