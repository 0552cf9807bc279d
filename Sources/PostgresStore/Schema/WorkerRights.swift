package import PostgresClient

/// The rights that a role needs to run the worker and the operators' tools; no more.
package enum WorkerRights {
  /// The tables, and the rights needed on each.
  package static let tables: [(name: String, rights: [String])] = [
    ("schema_migrations", ["SELECT"]),
    ("tenants", ["SELECT", "INSERT", "UPDATE"]),
    ("workspaces", ["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("tenant_members", ["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("groups", ["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("group_members", ["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("workspace_members", ["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("inbox", ["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("outbox", ["SELECT", "INSERT", "DELETE"]),
    ("dead_letters", ["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("parked_commands", ["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("fatal_messages", ["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("active_workers", ["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("lease_holders", ["SELECT", "INSERT", "UPDATE"]),
    ("relationship_changes", ["SELECT", "INSERT", "DELETE"]),
    ("relationship_tokens", ["SELECT", "INSERT", "UPDATE"]),
    ("replay_plans", ["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("replay_items", ["SELECT", "INSERT", "UPDATE", "DELETE"]),
  ]

  /// Functions that statements of the worker call. Every role may, unless the database's owner has revoked the default.
  package static let functions = ["expect_rows", "expect_increase", "viewable_workspaces"]

  /// - Returns: what this session's role lacks, such as `DELETE on inbox`.
  package static func missing(_ connection: PostgresConnection) async throws(PostgresError) -> [String] {
    let pairs = tables.flatMap { table in table.rights.map { (table: table.name, right: $0) } }
    // Rights on tables that don't exist can't be queried; another check finds pending migrations.
    return try await connection.query(
      "worker_rights",
      """
      select wanted.name, wanted.privilege
      from unnest(\(pairs.map(\.table)), \(pairs.map(\.right))) as wanted (name, privilege)
      where to_regclass(wanted.name) is not null
        and not has_table_privilege(to_regclass(wanted.name), wanted.privilege)
      union all
      select name, 'EXECUTE' from unnest(\(functions)) as wanted (name)
      where to_regproc(name) is not null and not has_function_privilege(to_regproc(name)::oid, 'EXECUTE')
      """
    ).map { row throws(PostgresError) in "\(try row.text("privilege")) on \(try row.text("name"))" }
  }
}
