import PostgresClient
import TestSupport

/// A name that workspaces can't have as long as a trigger of the test says so.
package struct PoisonedName: Sendable {
  private let deployment: Deployment

  /// - Parameter action: what the trigger does with a workspace of that name.
  package static func set(
    _ name: String, in deployment: Deployment, action: String = "raise exception 'no such name'"
  ) async throws -> PoisonedName {
    try await deployment.database.withConnection {
      try await $0.execute(
        script: """
          create function poison() returns trigger language plpgsql as $$
          begin
            if new.name = '\(name)' then \(action); end if;
            return new;
          end
          $$;
          create trigger poison before insert or update on workspaces for each row execute function poison();
          """)
    }
    return PoisonedName(deployment: deployment)
  }

  package func lift() async throws {
    try await deployment.database.withConnection { try await $0.execute(script: "drop function poison cascade") }
  }
}

/// What the tables say of commands that failed.
extension Deployment {
  package struct Letter: Sendable, Equatable {
    package let reason: String
    package let attempts: Int
    package let commandID: String?

    package init(reason: String, attempts: Int, commandID: String?) {
      self.reason = reason
      self.attempts = attempts
      self.commandID = commandID
    }
  }

  /// The ledger, in the order of recording.
  package func letters() async throws -> [Letter] {
    let statement = PostgresStatement(
      name: "letters", sql: "select reason, attempts, command_id from dead_letters order by id")
    return try await database.withConnection { connection in
      try await connection.pipeline([PostgresRequest(statement)])[0].map { row throws(PostgresError) in
        Letter(reason: try row.text(0), attempts: Int(try row.int4(1)), commandID: try row.optionalText(2))
      }
    }
  }

  /// Parked commands: their ids and how often each has failed, in the order of parking.
  package func parked() async throws -> [(id: String, failures: Int)] {
    let statement = PostgresStatement(name: "parked", sql: "select command_id, failures from parked_commands order by id")
    return try await database.withConnection { connection in
      try await connection.pipeline([PostgresRequest(statement)])[0].map { row throws(PostgresError) in
        (try row.text(0), Int(try row.int4(1)))
      }
    }
  }

  /// How many messages are begun with care, and not done.
  package func begunCount() async throws -> Int {
    let statement = PostgresStatement(name: "begun", sql: "select count(*) from begun_messages where processes > 0")
    return try await database.withConnection { connection in
      Int(try await connection.pipeline([PostgresRequest(statement)])[0][0].int8(0))
    }
  }
}
