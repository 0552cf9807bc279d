internal import PostgresClient
internal import Synchronization
internal import WorkerRuntime

/// The newest timeline of the database that this process has worked on. A primary that comes back after its standby was
/// promoted also accepts writes, on the older timeline: its new commits would be lost, and it lacks what was committed
/// meanwhile.
///
/// Source: https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-TIMELINES
package final class KnownTimeline: Sendable {
  /// The first part of a WAL file's name. pg_control_checkpoint() has the old timeline until the first checkpoint after
  /// a promotion.
  private static let query: PostgresQuery = """
    select substring(pg_walfile_name(pg_current_wal_lsn()) for 8) as timeline
    """

  private let newest = Mutex("")

  package init() {}

  /// Refuses a server on an older timeline than that of earlier calls. A server that reports no timeline, such as some
  /// that only resemble PostgreSQL, is accepted.
  ///
  /// - Throws: ``PostgresError``; ``MissingConditions``.
  func require(on connection: PostgresConnection) async throws {
    guard let timeline = try await Self.timeline(of: connection) else { return }
    let newest = newest.withLock { newest in
      newest = max(newest, timeline)
      return newest
    }
    guard timeline < newest else { return }
    throw MissingConditions(
      .database,
      """
      the server is on timeline \(Self.number(timeline)), but this worker has seen timeline \(Self.number(newest)): \
      it is a former primary, which must be stopped; or the database was replaced, then restart the worker
      """)
  }

  private static func timeline(of connection: PostgresConnection) async throws(PostgresError) -> String? {
    do {
      return try await connection.query("timeline", query)[0].text("timeline")
    } catch {
      guard case .server = error else { throw error }
      return nil
    }
  }

  private static func number(_ timeline: String) -> UInt32 { UInt32(timeline, radix: 16) ?? 0 }
}
