/// "Somebody works with the schema": an advisory lock of the session, shared by all active workers of a database,
/// whatever their queues are. Who takes migrations back holds it alone, so that no worker is active meanwhile, nor
/// becomes it.
enum SchemaUse {
  static let key = AdvisoryLockKey("workspace-worker/schema-in-use")
}
