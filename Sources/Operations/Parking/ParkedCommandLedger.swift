package import UnitOfWork
package import WorkspaceDomain

/// Port: the lines of parked commands of a queue, for operators. They read lines, and leave requests for the worker,
/// which alone advances a line.
///
/// Every method throws the store's error, for the operator to read.
package protocol ParkedCommandLedger: Sendable {
  /// The lines, ordered by tenant.
  ///
  /// - Parameters:
  ///   - after: the last tenant of the previous page.
  ///   - limit: the largest number of lines.
  func lines(after: TenantID?, limit: Int) async throws -> [ParkedLineSummary]

  /// The commands of a line, in their order.
  ///
  /// - Parameters:
  ///   - after: the last command of the previous page.
  ///   - limit: the largest number of commands.
  func line(of tenantID: TenantID, after: ParkedID?, limit: Int) async throws -> [ParkedCommandSummary]

  /// One command with its message; nil if there is none with this id.
  func command(_ id: ParkedID) async throws -> ParkedEntry?

  /// Makes lines due now.
  ///
  /// - Parameter tenants: the tenants whose lines become due; nil for all.
  /// - Returns: how many lines were made due.
  func release(_ tenants: [TenantID]?) async throws -> Int

  /// Requests that commands become dead letters: the worker dead-letters each when its turn comes, which for the first
  /// of a line is now.
  ///
  /// - Parameter because: the operator's reason, for the dead-letter ledger.
  /// - Returns: how many of the commands exist.
  func requestDeadLetters(_ ids: [ParkedID], because: String) async throws -> Int

  /// Requests that all commands now in a tenant's line become dead letters.
  func requestDeadLetters(lineOf tenantID: TenantID, because: String) async throws -> Int
}
