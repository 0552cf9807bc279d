import Coordination
import Messaging
import RabbitMQClient
import TestSupport
import Testing

@Suite(.needsBroker, .virtualHost, .timeLimit(.minutes(10))) struct QueueVacancyTests {
  private let host: VirtualHost

  init() throws { host = try VirtualHost.required() }

  @Test func `a queue is vacant until it has a consumer, and again when the consumer's connection is closed`()
    async throws
  {
    try await withVacancy(of: "free") { vacancy async throws in
      #expect(try await vacancy.occupancy() == .vacant, "a queue that does not exist")
      try await host.declare("free")
      try await isVacant(vacancy)
      try await host.withConnection { other async throws in
        _ = try await RabbitMQConsumer.start(on: other, queue: "free")
        #expect(try await vacancy.occupancy() == .consumed)
      }
      // The connection is closed; its consumer is removed when the queue has learned of that.
      try await isVacant(vacancy)
    }
  }

  @Test func `a queue with messages gets another one only if the broker may have crashed`() async throws {
    try await host.declare("laden")
    try await host.publish(["command"], to: "laden")
    try await withVacancy(of: "laden", mayHaveCrashed: false) { vacancy async throws in
      try await isVacant(vacancy)
      #expect(try await host.depth(of: "laden") == 1)
    }
    try await withVacancy(of: "laden") { vacancy async throws in
      try await isVacant(vacancy)
      #expect(try await host.depth(of: "laden") == 2)
    }
  }

  @Test func `a full queue refuses the probe, and is vacant all the same`() async throws {
    try await withVacancy(of: "full") { vacancy async throws in
      var arguments = HeaderTable()
      arguments.append("x-queue-type", "quorum")
      arguments.append("x-max-length", Int64(1))
      arguments.append("x-overflow", "reject-publish")
      try await host.declare("full", arguments)
      await #expect(throws: RabbitMQError.messageRefused) {
        while true { try await host.publish(["full"], to: "full") }
      }
      try await isVacant(vacancy)
      #expect(try await host.depth(of: "full") ?? 0 > 0)
    }
  }

  /// After a crash of the broker, this can last for seconds.
  @Test func `a queue that does not know its consumer yet is not vacant`() async throws {
    for attempt in 1... {
      do {
        return try await isNeverVacant("forgetful-\(attempt)")
      } catch RabbitMQError.connectionClosed(.internalError, _) where attempt < 5 {
        // The queue's process died during a call. RabbitMQ ends the connection then, and nothing was answered.
      }
    }
  }

  private func isNeverVacant(_ name: String) async throws {
    let queue = try #require(ShortString(name))
    try await host.declare(queue)
    try await host.withConsumer(of: queue) { _ in
      try await withVacancy(of: queue) { vacancy async throws in
        let forgotten = Signal<Void>()
        async let forgetting: Void = {
          defer { forgotten.raise() }
          try await forget(name, times: 2)
        }()
        var answers: [QueueOccupancy] = []
        while !forgotten.isRaised { answers.append(try await vacancy.occupancy()) }
        try await forgetting
        #expect(!answers.contains(.vacant))
        #expect(try await eventually(vacancy) == .consumed)
      }
    }
  }

  /// Restarts the queue's process as after a crash of its node: without a leader, and in a state of long ago. Returns when
  /// it has a leader again. A third time within five seconds would be the last.
  private func forget(_ queue: String, times: Int) async throws {
    try await BrokerControl.run(
      "eval",
      """
      {ok, Q} = rabbit_amqqueue:lookup(rabbit_misc:r(<<"\(host.name)">>, queue, <<"\(queue)">>)),
      {Name, _} = amqqueue:get_pid(Q),
      UId = ra_directory:uid_of(quorum_queues, Name),
      Elect = fun
        Elect(0) -> error(no_leader);
        Elect(Attempts) ->
          case catch ra_server_proc:ping({Name, node()}, 1000) of
            {pong, leader} -> ok;
            _ -> timer:sleep(10), Elect(Attempts - 1)
          end
      end,
      [begin
         ok = ra_log_meta:store_sync(ra_log_meta, UId, last_applied, 0),
         exit(whereis(Name), kill),
         Elect(3000)
       end || _ <- lists:seq(1, \(times))].
      """)
  }

  private func isVacant(_ vacancy: QueueVacancy) async throws {
    try await Patience.poll(for: "no consumer") { try await vacancy.occupancy() == .vacant }
  }

  private func eventually(_ vacancy: QueueVacancy) async throws -> QueueOccupancy {
    while true {
      let answer = try await vacancy.occupancy()
      if case .unknown = answer { continue }
      return answer
    }
  }

  private func withVacancy(
    of queue: ShortString, mayHaveCrashed: Bool = true, _ body: (QueueVacancy) async throws -> Void
  ) async throws {
    try await host.withConnection { connection async throws in
      let probe = AMQPMessage(exchange: "", routingKey: queue, properties: MessageProperties(), body: [])
      try await QueueVacancy(
        of: queue, probe: probe, asking: connection, probing: host.configuration("probe"),
        mayHaveCrashed: mayHaveCrashed
      ).use(body)
    }
  }
}
