import Messaging
import RabbitMQClient
import TestSupport
import Testing

@Suite(.needsBroker, .virtualHost, .timeLimit(.minutes(5))) struct QueueVacancyTests {
  @Test func `a queue is vacant until it has a consumer, and again when the consumer's connection is closed`()
    async throws
  {
    let host = try VirtualHost.required()
    try await host.withConnection { connection async throws in
      let vacancy = QueueVacancy(of: "q", on: connection)
      #expect(try await vacancy.isVacant(), "a queue that does not exist")
      var arguments = HeaderTable()
      arguments.append("x-queue-type", "quorum")
      try await connection.declare([.queue("q", arguments: arguments, isPassive: false)])
      while try await !vacancy.isVacant() {}
      try await host.withConnection { other async throws in
        _ = try await RabbitMQConsumer.start(on: other, queue: "q")
        #expect(try await !vacancy.isVacant())
      }
      // The connection is closed; its consumer is removed when the queue has learned of that.
      while try await !vacancy.isVacant() {}
    }
  }
}
