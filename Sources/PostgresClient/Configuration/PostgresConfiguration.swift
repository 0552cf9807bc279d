package import Secrets

/// How to reach PostgreSQL, and the limits of a session there.
///
/// The connection string takes precedence over everything here except ``password``, ``connectTimeout`` and
/// ``commitsDurably``; after these values come libpq's environment variables and defaults. PostgreSQL 15 or later, on a
/// system that can watch sockets (all but Windows).
package struct PostgresConfiguration: Sendable {
  /// A libpq connection string or URI (libpq manual, "Connection Strings"), all of its features included: several
  /// hosts, `target_session_attrs`, `sslmode`, `service`. May hold a password: never logged.
  package var url: String
  /// Replaces a password in the connection string; if it comes from a file, it is read again for each connection.
  package var password: Secret?
  /// How the session is listed in `pg_stat_activity`.
  package var applicationName = "workspace-worker"
  /// The limit for connecting as a whole: name resolution, every host, TLS and authentication.
  package var connectTimeout: Duration = .seconds(10)
  /// The longest wait for the answer to a round trip, unless a request has a limit of its own.
  package var responseTimeout: Duration = .seconds(60)
  /// Skips hosts that refuse to write, such as a standby or a demoted primary (`target_session_attrs=read-write`).
  package var requiresWriting = false
  /// Of several hosts, prefers one that is a standby, else takes any (`target_session_attrs=prefer-standby`).
  package var prefersStandby = false
  /// The longest that one statement may run; nil for no limit. Its error is `query_canceled`.
  package var statementTimeout: Duration? = .seconds(30)
  /// The longest wait for one lock; nil for no limit. Its error is `lock_not_available`.
  package var lockTimeout: Duration? = .seconds(10)
  /// The server ends a session that leaves a transaction open and idle for this long; nil for never.
  package var idleInTransactionTimeout: Duration? = .seconds(30)
  /// The server ends a session that is idle for this long; nil for never. With a limit, a suspended process does not
  /// hold its session locks forever, and a program that sets one must ping more often than that.
  package var idleSessionTimeout: Duration?
  /// A COMMIT is answered only when it is durable: on disk, and if the server has synchronous standbys, on theirs
  /// (`synchronous_commit` is `on`, or `remote_apply` if the server says so, whatever weaker value a role, a database
  /// or the connection string has). False: the answer comes earlier, and a crash of the server may undo what was
  /// committed.
  package var commitsDurably = true
  /// Further run-time settings of the session, by name.
  ///
  /// By default the server checks every second whether the client of a running statement is still there, so that giving
  /// up a session here frees its locks there. It also notices within 25 s that a client has vanished silently, even in
  /// the middle of a request, where none of its other limits applies: by its own default it would wait for two hours.
  package var settings = [
    "client_connection_check_interval": "1s",
    "tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3", "tcp_user_timeout": "10s",
  ]

  package init(url: String) { self.url = url }

  /// All settings of the session by name. Values in the connection string win, except those of
  /// `synchronous_commit` and `client_min_messages`, without which a commit could be taken for durable that is not.
  var sessionSettings: [String: String] {
    get throws(PostgresError) {
      let given = StartupOptions(try ConnectionString(url)["options"] ?? "").settings
      var settings = limits.merging(Self.groundRules) { _, rule in rule }.merging(settings) { _, setting in setting }
      settings = settings.merging(given.filter { settings[$0.key] != nil }) { _, given in given }
      settings["synchronous_commit"] = commitsDurably ? "on" : "off"
      settings["client_min_messages"] = "notice"
      return settings
    }
  }

  /// Settings for which a role or a database may have other defaults, with which the statements here would fail or mean
  /// something else.
  private static let groundRules = [
    "default_transaction_isolation": "read committed", "default_transaction_deferrable": "off",
    // Since PostgreSQL 17. The limits for statements and for idle time bound a transaction.
    "transaction_timeout": "0",
  ]

  private var limits: [String: String] {
    let timeouts = [
      "statement_timeout": statementTimeout, "lock_timeout": lockTimeout,
      "idle_in_transaction_session_timeout": idleInTransactionTimeout, "idle_session_timeout": idleSessionTimeout,
    ]
    // Zero, PostgreSQL's "never", is set explicitly: a role or a database may have a default of its own.
    return timeouts.mapValues { "\($0?.wholeMilliseconds ?? 0)ms" }
  }
}

extension PostgresConfiguration: CustomStringConvertible, CustomDebugStringConvertible {
  /// Where the connection leads, without secrets.
  package var description: String { (try? target.description) ?? "a malformed connection string" }
  package var debugDescription: String { description }
}

extension Duration {
  /// Rounded up, so that a limit is never undercut and a short one does not become "none"; at most Int32.max, which
  /// is the longest wait that both poll() and PostgreSQL know (24 days).
  var wholeMilliseconds: Int32 {
    let (seconds, attoseconds) = components
    guard seconds < Int64(Int32.max) / 1000 else { return .max }
    guard self > .zero else { return 0 }
    let perMillisecond: Int64 = 1_000_000_000_000_000
    return Int32(seconds * 1000 + (attoseconds + perMillisecond - 1) / perMillisecond)
  }
}
