/// The server's settings that the guarantee "committed is durable" depends on, and tables that hide rows.
package struct DatabaseDurability: Sendable {
  /// Settings that are off, so that a crash of the server, or of its host, could lose or damage committed data.
  package var disabled: [String]
  /// `synchronous_standby_names`.
  package var standbyNames: String
  /// The number of connected synchronous standbys.
  package var standbys: Int
  /// The value of `synchronous_commit` in sessions that don't set it.
  package var defaultCommit: String
  /// Tables whose rows are hidden from this role by row-level security.
  package var hidden: [String]

  package init(disabled: [String], standbyNames: String, standbys: Int, defaultCommit: String, hidden: [String]) {
    self.disabled = disabled
    self.standbyNames = standbyNames
    self.standbys = standbys
    self.defaultCommit = defaultCommit
    self.hidden = hidden
  }
}

extension DatabaseDurability {
  var findings: [Finding] { [durability, replication, rows] }

  private var durability: Finding {
    let check = "database.durability"
    guard disabled.isEmpty else {
      return .problem(
        check, "off: \(disabled.joined(separator: ", "))",
        remedy:
          "turn it on: without it, a crash of the database host loses acknowledged commands or damages the database")
    }
    guard ["on", "remote_apply"].contains(defaultCommit) else {
      return .ok(
        check,
        "fsync and full_page_writes are on; synchronous_commit defaults to \(defaultCommit), but the worker's sessions "
          + "use on")
    }
    return .ok(check, "fsync, full_page_writes and synchronous_commit are on")
  }

  private var replication: Finding {
    let check = "database.replication"
    guard !standbyNames.isEmpty else {
      return .ok(check, "no synchronous standbys are configured: a commit is durable on this server alone")
    }
    guard standbys == 0 else { return .ok(check, "commits wait for the standbys of synchronous_standby_names") }
    return .warning(
      check, "commits wait for \(standbyNames) (synchronous_standby_names), but no synchronous standby is visible",
      remedy:
        "connect the standby, or remove it from synchronous_standby_names: until then every commit waits forever; "
        + "if this role may not read pg_stat_replication, ask an administrator")
  }

  private var rows: Finding {
    let check = "database.row_security"
    guard hidden.isEmpty else {
      return .problem(
        check, "row-level security is in force for this role on: \(hidden.joined(separator: ", "))",
        remedy:
          "alter role … bypassrls, or drop the policies on these tables: rows hidden from the worker lead to "
          + "wrong answers")
    }
    return .ok(check, "no rows are hidden from this role")
  }
}
