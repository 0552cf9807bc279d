import CLibPQ
import Logging

/// The settings and checks that make a connection a reliable session.
extension ServerSession {
  /// Gives the session its settings, and checks that they are in force, and that it really is a session: the same
  /// server process from one transaction to the next, shared with no other client.
  ///
  /// The startup packet does not hold the settings. PgBouncer refuses them there, or with `ignore_startup_parameters`
  /// silently drops them.
  ///
  /// - Parameters:
  ///   - options: what the session was opened with.
  ///   - wait: the limit for all of it together.
  /// - Throws: ``PostgresError/unreliableSession(reason:)``; ``PostgresError/connectFailed(_:)`` where the server
  ///   refuses a setting, or is gone.
  func establish(
    _ configuration: PostgresConfiguration, _ options: ConnectionOptions, _ wait: SocketWait
  ) throws(PostgresError) {
    let mark = String(UInt64.random(in: 1 ... .max), radix: 16)
    do throws(PostgresError) {
      let wanted = try set(try configuration.sessionSettings, mark, wait)
      let processID = try check(wanted, mark, wait)
      // A pooler makes up its own keys for cancelling. A server's own key contains the id of its process.
      guard processID != PQbackendPID(connection) else { return }
      try SharedSessionProbe(session: self, mark: mark, options: options, wait: wait).run()
    } catch .server(let error) {
      guard !error.sqlState.isOfForeignStatement else { throw .unreliableSession(reason: Self.isShared) }
      throw .connectFailed(ConnectionFailure(reason: error.message, sqlState: error.sqlState))
    } catch .connectionLost(let failure) {
      throw .connectFailed(failure)
    } catch .timeout(let limit) {
      throw .connectFailed(ConnectionFailure(reason: "the session settings were not applied within \(limit)"))
    }
  }

  static let isShared = """
    a pooler shares its server process with other clients (PgBouncer: pool_mode must be session, and \
    server_reset_query DISCARD ALL); locks, settings and prepared statements don't persist there
    """

  /// Sets the settings. `remote_apply` promises more than `on`, and is kept. `transaction_timeout`, which the oldest
  /// supported servers lack, is left out where it is unknown.
  ///
  /// - Returns: the settings as the server writes them.
  private func set(
    _ settings: [String: String], _ mark: String, _ wait: SocketWait
  ) throws(PostgresError) -> [(name: String, value: String)] {
    let sorted = settings.sorted { $0.key < $1.key } + [(key: Self.markName, value: mark)]
    let request = PostgresRequest(
      "session_set",
      """
      select wanted.name, set_config(wanted.name, case
        when wanted.name = 'synchronous_commit' and wanted.value = 'on'
          and current_setting('synchronous_commit') = 'remote_apply' then 'remote_apply'
        else wanted.value end, false) as value
      from unnest(\(sorted.map(\.key)), \(sorted.map(\.value))) as wanted (name, value)
      where wanted.name <> 'transaction_timeout' or current_setting(wanted.name, true) is not null
      """)
    return try pipeline([request], wait)[0].map { row throws(PostgresError) in
      (try row.text("name"), try row.text("value"))
    }
  }

  static let markName = "workspace_worker.session"

  /// Checks, in a transaction of its own, whether the settings are still in force.
  ///
  /// - Returns: the id of the server's process.
  private func check(
    _ wanted: [(name: String, value: String)], _ mark: String, _ wait: SocketWait
  ) throws(PostgresError) -> Int32 {
    let request = PostgresRequest(
      "session_check",
      """
      select wanted.name, current_setting(wanted.name, true) as value, pg_backend_pid() as process,
        current_setting('session_replication_role') as replication_role
      from unnest(\(wanted.map(\.name))) as wanted (name)
      """)
    let rows = try pipeline([request], wait)[0]
    let found = Dictionary(
      try rows.map { row throws(PostgresError) in (try row.text("name"), try row.optionalText("value")) }
    ) { first, _ in first }
    guard found[Self.markName] == mark else { throw .unreliableSession(reason: Self.isShared) }
    for (name, value) in wanted where found[name] != value {
      throw .unreliableSession(reason: "\(name) was set to \(value), but is \((found[name] ?? nil) ?? "nothing")")
    }
    guard let row = rows.first, try row.text("replication_role") == "origin" else {
      throw .unreliableSession(
        reason: "session_replication_role is not origin, so foreign keys and triggers are not enforced")
    }
    return try row.int4("process")
  }
}

extension SQLState {
  /// The statement just prepared does not exist, or its name was taken: another session shares the server process.
  fileprivate var isOfForeignStatement: Bool {
    self == SQLState(literal: "26000") || self == SQLState(literal: "42P05")
  }
}
