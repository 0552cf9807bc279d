package import Messaging
import PostgresClient
import TestSupport

/// What the tables record about failed commands.
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
    try await database.withConnection { connection in
      try await connection.query("letters", "select reason, attempts, command_id from dead_letters order by id")
        .map { row throws(PostgresError) in
          Letter(
            reason: try row.text("reason"), attempts: Int(try row.int4("attempts")),
            commandID: try row.optionalText("command_id"))
        }
    }
  }

  /// Parked commands: their ids and how often each has failed, in the order of parking.
  package func parked() async throws -> [(id: String, failures: Int)] {
    try await database.withConnection { connection in
      try await connection.query("parked", "select command_id, failures from parked_commands order by id")
        .map { row throws(PostgresError) in (try row.text("command_id"), Int(try row.int4("failures"))) }
    }
  }

  /// How many messages are charged with the death of a process.
  package func fatalCount() async throws -> Int {
    try await database.withConnection { try await $0.query("fatal", "select count(*) from fatal_messages")[0].count() }
  }

  /// The hashes of the messages charged with the death of a process, as `sha256sum` prints them.
  package func fatalHashes() async throws -> [String] {
    try await database.withConnection { connection async throws in
      try await connection.query("hashes", "select encode(body_hash, 'hex') as hash from fatal_messages").map {
        try $0.text("hash")
      }
    }
  }

  /// A message in the ledger, as it was received.
  package struct RecordedMessage: Sendable {
    package let reason: String
    package let detail: String
    package let message: AMQPMessage
  }

  /// The messages in the ledger, in the order of recording.
  package func ledger() async throws -> [RecordedMessage] {
    try await database.withConnection { connection in
      try await connection.query(
        "ledger", "select reason, detail, exchange, routing_key, properties, body from dead_letters order by id"
      ).map { row throws(PostgresError) in
        let message = AMQPMessage(
          exchange: ShortString(bytes: try row.bytea("exchange")) ?? "",
          routingKey: ShortString(bytes: try row.bytea("routing_key")) ?? "",
          propertyList: PropertyList(bytes: try row.bytea("properties")), body: try row.bytea("body"))
        return RecordedMessage(reason: try row.text("reason"), detail: try row.text("detail"), message: message)
      }
    }
  }
}
