/// What the server says about a statement that failed (libpq manual, PQresultErrorField).
package struct ServerError: Error, Sendable, Hashable {
  package let sqlState: SQLState
  package let severity: Severity
  /// One line, in the server's language. May quote values of the statement.
  package let message: String
  /// Often quotes values: for an operator who asked, not for logs.
  package let detail: String?
  package let hint: String?
  package let schema: String?
  package let table: String?
  package let column: String?
  package let constraint: String?

  package init(
    sqlState: SQLState, severity: Severity = .error, message: String, detail: String? = nil, hint: String? = nil,
    schema: String? = nil, table: String? = nil, column: String? = nil, constraint: String? = nil
  ) {
    self.sqlState = sqlState
    self.severity = severity
    self.message = message
    self.detail = detail
    self.hint = hint
    self.schema = schema
    self.table = table
    self.column = column
    self.constraint = constraint
  }

  /// The severity of an error or a notice.
  package enum Severity: String, Sendable, Comparable {
    case debug = "DEBUG"
    case log = "LOG"
    case info = "INFO"
    case notice = "NOTICE"
    case warning = "WARNING"
    /// The statement failed, and with it its transaction.
    case error = "ERROR"
    /// The session ends.
    case fatal = "FATAL"
    /// Every session of the server ends.
    case panic = "PANIC"

    private static let order: [Severity] = [.debug, .log, .info, .notice, .warning, .error, .fatal, .panic]

    package static func < (lhs: Severity, rhs: Severity) -> Bool { lhs.rank < rhs.rank }

    private var rank: Int { Self.order.firstIndex(of: self) ?? 0 }
  }

  /// Whether the session is over, not only the statement.
  package var endsSession: Bool { severity >= .fatal }
}

extension ServerError: CustomStringConvertible {
  /// Code, condition and the object concerned; no text of the server, which may quote values.
  package var description: String {
    let place = [("constraint", constraint), ("table", table), ("column", column)]
      .compactMap { kind, name in name.map { "\(kind) \($0)" } }
    return place.isEmpty ? "\(sqlState)" : "\(sqlState) (\(place.joined(separator: ", ")))"
  }
}
