/// A row of ours that this program can't read: somebody has written it, or it was damaged. It would stand in
/// everybody's way for ever, so it becomes a dead letter.
enum UnreadableRow {
  static let insertion = """
    insert into dead_letters (
      id, queue, fingerprint, recorded_at, reason, detail, attempts, first_failed_at,
      tenant_id, command_type, command_source, command_id, exchange, routing_key, properties, body)
    """
}
