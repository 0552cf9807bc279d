/// Rows that are lost when migrations are taken back.
package struct DataLoss: Sendable, Equatable {
  /// A table, or `table.column` where the table stays and the column goes.
  package let what: String
  package let rows: Int

  package init(what: String, rows: Int) {
    self.what = what
    self.rows = rows
  }
}

extension DataLoss: CustomStringConvertible {
  /// For people, with a noun for the rows of a known table.
  package var description: String {
    let noun = Self.nouns[what].map { "\($0) (\(what))" } ?? "rows of \(what)"
    return "\(rows) \(noun)"
  }

  private static let nouns = [
    "tenants": "tenants", "workspaces": "workspaces", "tenant_members": "members of tenants", "groups": "groups",
    "group_members": "members of groups", "workspace_members": "roles on workspaces", "inbox": "answers to commands",
    "outbox": "messages that are not published", "dead_letters": "dead letters", "parked_commands": "parked commands",
    "replay_plans": "plans to replay", "replay_items": "letters of plans to replay",
    "dead_letters.discarded_at": "marks of discarded letters",
    "dead_letters.replay_of": "links between letters and replays",
  ]
}
