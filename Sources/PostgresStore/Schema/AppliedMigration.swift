import Migrations
import PostgresClient

/// A row of `schema_migrations`.
struct AppliedMigration: Sendable {
  let version: Int
  let name: String
  let checksum: [UInt8]
  let appliedAt: PostgresTimestamp

  init(_ row: PostgresRow) throws(PostgresError) {
    version = Int(try row.int8(0))
    name = try row.text(1)
    checksum = try row.bytea(2)
    appliedAt = try row.timestamp(3)
  }

  static let exists = PostgresStatement(
    name: "migrations_exist", sql: "select to_regclass('schema_migrations') is not null")

  static let selectAll = PostgresStatement(
    name: "migrations_select",
    sql: "select version, name, checksum, applied_at from schema_migrations order by version")

  static let createTable = PostgresStatement(
    name: "migrations_create_table",
    sql: """
      create table if not exists schema_migrations (
        version bigint constraint pk_schema_migrations primary key,
        name text not null,
        checksum bytea not null,
        applied_at timestamptz not null default now(),
        applied_by text not null default current_user
      )
      """)

  static func record(_ migration: Migration) -> PostgresRequest {
    var parameters = PostgresParameters()
    parameters.append(Int64(migration.version))
    parameters.append(migration.name)
    parameters.append(migration.checksum)
    return PostgresRequest(recording, parameters)
  }

  private static let recording = PostgresStatement(
    name: "migrations_record", parameters: [.int8, .text, .bytea],
    sql: "insert into schema_migrations (version, name, checksum) values ($1, $2, $3)")

  static func forget(_ migration: Migration) -> PostgresRequest {
    var parameters = PostgresParameters()
    parameters.append(Int64(migration.version))
    return PostgresRequest(forgetting, parameters)
  }

  private static let forgetting = PostgresStatement(
    name: "migrations_forget", parameters: [.int8], sql: "delete from schema_migrations where version = $1")
}
