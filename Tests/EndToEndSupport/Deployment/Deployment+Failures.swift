package import Messaging
import PostgresClient
import TestSupport

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

  /// How many messages are charged with the death of a process.
  package func fatalCount() async throws -> Int {
    let statement = PostgresStatement(name: "fatal", sql: "select count(*) from fatal_messages")
    return try await database.withConnection { connection in
      Int(try await connection.pipeline([PostgresRequest(statement)])[0][0].int8(0))
    }
  }

  /// A message in the ledger, as it came.
  package struct RecordedMessage: Sendable {
    package let reason: String
    package let detail: String
    package let message: OutboundMessage
  }

  /// The messages in the ledger, in the order of recording.
  package func ledger() async throws -> [RecordedMessage] {
    let statement = PostgresStatement(
      name: "ledger", sql: "select reason, detail, exchange, routing_key, properties, body from dead_letters order by id")
    return try await database.withConnection { connection in
      try await connection.pipeline([PostgresRequest(statement)])[0].map { row throws(PostgresError) in
        let message = OutboundMessage(
          exchange: ShortString(bytes: try row.bytea(2)) ?? "", routingKey: ShortString(bytes: try row.bytea(3)) ?? "",
          propertyList: PropertyList(bytes: try row.bytea(4)), body: try row.bytea(5))
        return RecordedMessage(reason: try row.text(0), detail: try row.text(1), message: message)
      }
    }
  }
}
