/// A row that this program should be able to read and can't: another program has written it, or it was damaged. It
/// would block its table's work forever, so it becomes a dead letter.
enum UnreadableRow {
  static let insertion = """
    insert into dead_letters (
      id, queue, fingerprint, recorded_at, reason, detail, attempts, first_failed_at,
      tenant_id, command_type, command_source, command_id, exchange, routing_key, properties, body)
    """
}
