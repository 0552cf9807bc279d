import PostgresClient
import TestSupport
import Testing

/// Defaults of a role or a database that a session has to override.
@Suite(.requiresPostgres, .emptyDatabase, .serialized) struct SessionSettingsTests {
  @Test(arguments: [
    ("off", "on"), ("local", "on"), ("remote_write", "on"), ("on", "on"), ("remote_apply", "remote_apply"),
  ])
  func `a commit waits for the disk, and for standbys, whatever the database's default is`(
    standard: String, expected: String
  ) async throws {
    try await withDefault("synchronous_commit", standard) { database in
      let value = try await setting("synchronous_commit", on: database)
      #expect(value == expected)
    }
  }

  @Test func `a commit waits for the disk, whatever the role's default is`() async throws {
    let database = try TestDatabase.current
    let role = "hasty_\(UInt32.random(in: 0 ... .max))"
    try await database.withConnection {
      try await $0.execute(
        script: "create role \(role) login password 'hasty'; alter role \(role) set synchronous_commit = off")
    }
    let value = try await setting("synchronous_commit", on: database) {
      $0.url += ($0.url.contains("?") ? "&" : "?") + "user=\(role)&password=hasty"
    }
    #expect(value == "on")
    try await database.withConnection { try await $0.execute(script: "drop role \(role)") }
  }

  @Test(arguments: [("synchronous_commit", "off", "on"), ("client_min_messages", "error", "notice")])
  func `a commit waits for the disk, and says if a standby lacks it, whatever the connection string says`(
    name: String, given: String, expected: String
  ) async throws {
    let value = try await setting(name, on: try TestDatabase.current) {
      $0.url += ($0.url.contains("?") ? "&" : "?") + "options=-c%20\(name)%3D\(given)"
    }
    #expect(value == expected)
  }

  @Test func `commits that need not be durable don't wait`() async throws {
    let value = try await setting("synchronous_commit", on: try TestDatabase.current) { $0.commitsDurably = false }
    #expect(value == "off")
  }

  @Test(arguments: [
    ("default_transaction_isolation", "serializable", "read committed"),
    ("default_transaction_deferrable", "on", "off"),
    ("statement_timeout", "2s", "30s"), ("lock_timeout", "1ms", "10s"), ("client_min_messages", "error", "notice"),
    ("client_encoding", "latin1", "UTF8"),
  ])
  func `a default that would change the meaning of statements is overridden`(
    name: String, standard: String, expected: String
  ) async throws {
    try await withDefault(name, standard) { database in
      let value = try await setting(name, on: database)
      #expect(value == expected)
    }
  }

  @Test(arguments: ["-c lock_timeout=77", "-clock_timeout=77", "--lock-timeout=77"])
  func `every form of an option in the connection string takes precedence`(option: String) async throws {
    let value = try await setting("lock_timeout", on: try TestDatabase.current) {
      let encoded = option.replacing(" ", with: "%20").replacing("=", with: "%3D")
      $0.url += ($0.url.contains("?") ? "&" : "?") + "options=\(encoded)"
    }
    #expect(value == "77ms")
  }

  private func setting(
    _ name: String, on database: TestDatabase, configure: (inout PostgresConfiguration) -> Void = { _ in }
  ) async throws -> String {
    try await database.withConnection(configure: configure) { connection in
      try await connection.query("select current_setting(\(name)) as value")[0].text("value")
    }
  }

  /// Runs `body` with the suite's database while `value` is its default for the setting `name`.
  private func withDefault(_ name: String, _ value: String, _ body: (TestDatabase) async throws -> Void) async throws {
    let database = try TestDatabase.current
    let change = "alter database \(database.name)"
    try await database.withConnection { try await $0.execute(script: "\(change) set \(name) = '\(value)'") }
    try await body(database)
    try await database.withConnection { try await $0.execute(script: "\(change) reset \(name)") }
  }
}
