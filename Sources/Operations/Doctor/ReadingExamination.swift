package import UnitOfWork

/// Port: the server that queries are answered from, for doctor.
package protocol ExaminedReadServer: Sendable {
  /// Where its connection leads. No secrets.
  var address: String { get }

  /// Reads from it as a query does.
  ///
  /// - Returns: whether it is a primary or a replica, and how far it lags behind.
  /// - Throws: why queries can't be answered from it.
  func origin() async throws -> DatedSnapshot.Origin
}

/// Examines the server of `postgres.read_url`: whether it answers, and how far it lags behind.
package struct ReadingExamination: Examination {
  /// A longer lag is a warning. Queries with `minsequence` are answered by the primary long before.
  private static let longestLag: Duration = .seconds(10)

  private let server: any ExaminedReadServer

  package init(_ server: any ExaminedReadServer) { self.server = server }

  package func findings() async -> [Finding] { [await finding()] }

  private func finding() async -> Finding {
    let check = "database.reading"
    do {
      switch try await server.origin() {
      case .primary: return .ok(check, "queries are answered by \(server.address), which is a primary")
      case .replica(nil):
        return .warning(
          check, "\(server.address) is a standby that has replayed nothing yet",
          remedy: "check pg_stat_replication on the primary")
      case .replica(let lag?) where lag > Self.longestLag:
        return .warning(
          check, "\(server.address) is a standby that is \(Int(lag / .seconds(1))) s behind",
          remedy: "check pg_stat_replication on the primary, which meanwhile answers queries with minsequence")
      case .replica(let lag?):
        return .ok(
          check, "queries are answered by the standby \(server.address), \(Int(lag / .milliseconds(1))) ms behind")
      }
    } catch {
      return .problem(
        check, "queries can't be answered from \(server.address): \(error)",
        remedy: "correct postgres.read_url, or start the server")
    }
  }
}
