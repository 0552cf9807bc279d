/// Marks the schema as in use: a session-level advisory lock, shared by all active workers of a database, whatever
/// their queues. A migrator that takes migrations back holds it exclusively, so that meanwhile no worker is active or
/// becomes active.
enum SchemaUse {
  static let key = AdvisoryLockKey("workspace-worker/schema-in-use")
}
