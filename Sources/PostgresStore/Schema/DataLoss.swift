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
    "tenants": "tenants", "workspaces": "workspaces", "tenant_members": "tenant members", "groups": "groups",
    "group_members": "group members", "workspace_members": "roles on workspaces", "inbox": "answers to commands",
    "outbox": "unpublished messages", "dead_letters": "dead letters", "parked_commands": "parked commands",
    "replay_plans": "replay plans", "replay_items": "letters in replay plans",
    "dead_letters.discarded_at": "marks of discarded letters",
    "dead_letters.replay_of": "links between letters and replays",
  ]
}
