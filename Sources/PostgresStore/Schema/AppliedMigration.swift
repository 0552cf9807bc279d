import Migrations
import PostgresClient

/// A row of `schema_migrations`.
struct AppliedMigration: Sendable {
  let version: Int
  let name: String
  let checksum: [UInt8]
  let appliedAt: PostgresTimestamp

  init(_ row: PostgresRow) throws(PostgresError) {
    version = Int(try row.int8("version"))
    name = try row.text("name")
    checksum = try row.bytea("checksum")
    appliedAt = try row.timestamp("applied_at")
  }

  /// The schema in which `search_path` finds this program's `schema_migrations`, NULL without one, and the schema in
  /// which it creates tables. Other tools have tables of that name, too.
  static let schemas = PostgresRequest(
    "migrations_schemas",
    """
    select current_schema()::text as target, (
      select n.nspname::text
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attname = 'checksum' and a.atttypid = 'bytea'::regtype
      where c.oid = to_regclass('schema_migrations')) as found
    """)

  static let selectAll = PostgresRequest(
    "migrations_select", "select version, name, checksum, applied_at from schema_migrations order by version")

  static let createTable = PostgresRequest(
    "migrations_create_table",
    """
    create table schema_migrations (
      version bigint constraint pk_schema_migrations primary key,
      name text not null,
      checksum bytea not null,
      applied_at timestamptz not null default now(),
      applied_by text not null default current_user
    )
    """)

  static func record(_ migration: Migration) -> PostgresRequest {
    PostgresRequest(
      "migrations_record",
      """
      insert into schema_migrations (version, name, checksum)
      values (\(Int64(migration.version)), \(migration.name), \(migration.checksum))
      """)
  }

  static func forget(_ migration: Migration) -> PostgresRequest {
    PostgresRequest("migrations_forget", "delete from schema_migrations where version = \(Int64(migration.version))")
  }
}
