import Messaging
import RabbitMQBroker
import RabbitMQClient
import TestSupport
import Testing

@Suite(.needsBroker, .virtualHost, .timeLimit(.minutes(10)), .serialized) struct TopologyTests {
  private let host: VirtualHost

  init() throws { host = try .required() }

  private func names(_ prefix: String) throws -> BrokerNames {
    var names = BrokerNames()
    names.commandsExchange = try #require(ShortString(prefix + ".commands"))
    names.commandsQueue = names.commandsExchange
    names.resultsExchange = try #require(ShortString(prefix + ".results"))
    names.eventsExchange = try #require(ShortString(prefix + ".events"))
    names.deadLettersExchange = try #require(ShortString(prefix + ".dead-letters"))
    names.deadLettersQueue = try #require(ShortString(prefix + ".commands.dead"))
    names.queriesExchange = try #require(ShortString(prefix + ".queries"))
    names.queriesQueue = names.queriesExchange
    names.resultBatchesExchange = try #require(ShortString(prefix + ".results.batches"))
    names.eventBatchesExchange = try #require(ShortString(prefix + ".events.batches"))
    return names
  }

  private func states(_ plan: TopologyPlan) -> [TopologyPlan.State] { plan.items.map(\.state) }

  @Test func `a plan of missing objects changes nothing`() async throws {
    try await host.withConnection { connection in
      let manager = TopologyManager(connection)
      let topology = try Topology.standard(names("plan"), broker: await connection.serverProperties)
      for _ in 0..<2 {
        let plan = try await manager.plan(topology)
        #expect(states(plan) == Array(repeating: .missing, count: 15) + [.obsolete])
        #expect(plan.hasChanges && !plan.isIncompatible)
      }
    }
  }

  @Test func `applying declares everything, and applying again changes nothing`() async throws {
    try await host.withConnection { connection in
      let manager = TopologyManager(connection)
      let topology = Topology.standard(broker: await connection.serverProperties)
      #expect(try await manager.apply(topology).hasChanges)
      for plan in [
        try await manager.plan(topology), try await manager.apply(topology), try await manager.check(topology),
      ] {
        #expect(
          states(plan) == Array(repeating: .exists, count: 10) + Array(repeating: .ensured, count: 5) + [.obsolete])
        #expect(!plan.hasChanges && !plan.isIncompatible)
      }
      #expect(
        try await manager.plan(topology).items.map(\.name) == [
          "workspace.commands", "workspace.results", "workspace.events", "workspace.dead-letters", "workspace.queries",
          "workspace.results.batches", "workspace.events.batches",
          "workspace.commands", "workspace.commands.dead", "workspace.queries",
          "workspace.commands -[workspace.#]-> workspace.commands",
          "workspace.commands -[group.#]-> workspace.commands", "workspace.commands -[tenant.#]-> workspace.commands",
          "workspace.commands -[access.#]-> workspace.commands", "workspace.queries -[#]-> workspace.queries",
          "workspace.dead-letters -[#]-> workspace.commands.dead",
        ])
    }
    try await host.withPublisher { publisher in
      try await publisher.publish([
        AMQPMessage(
          exchange: "workspace.commands", routingKey: "workspace.create", properties: MessageProperties(), body: []),
        AMQPMessage(
          exchange: "workspace.dead-letters", routingKey: "any.thing", properties: MessageProperties(), body: []),
      ])
    }
    #expect(try await host.depth(of: "workspace.commands") == 1)
    #expect(try await host.depth(of: "workspace.commands.dead") == 0, "announcements go only to queues bound to them")
    // What a consumer refuses.
    try await host.broker.management.rejectMessages(1, of: "workspace.commands", in: host.name)
    try await Patience.poll(for: "the message is dead-lettered") {
      try await host.depth(of: "workspace.commands.dead") == 1
    }
  }

  @Test func `the binding of earlier versions is removed`() async throws {
    try await host.withConnection { connection in
      let manager = TopologyManager(connection)
      let topology = try Topology.standard(names("former"), broker: await connection.serverProperties)
      _ = try await manager.apply(topology)
      let former = topology.formerBindings[0]
      try await connection.declare([
        .binding(queue: former.queue, exchange: former.exchange, routingKey: former.routingKey)
      ])
      func count() async throws -> Int {
        try await host.broker.management.bindingCount(
          of: "former.commands.dead", to: "former.dead-letters", in: host.name)
      }
      #expect(try await count() == 1)
      _ = try await manager.plan(topology)
      #expect(try await count() == 1, "a plan changes nothing")
      _ = try await manager.apply(topology)
      #expect(try await count() == 0)
    }
  }

  @Test func `a different argument is reported with both values; everything else is created, and bound`() async throws {
    var arguments = HeaderTable()
    arguments.append("x-queue-type", "quorum")
    arguments.append("x-overflow", "drop-head")
    try await host.declare("argument.commands", arguments)
    try await host.withConnection { connection in
      let manager = TopologyManager(connection)
      let topology = try Topology.standard(names("argument"), broker: await connection.serverProperties)
      for plan in [try await manager.plan(topology), try await manager.apply(topology)] {
        guard case .incompatible(let difference) = plan.items[7].state else {
          Issue.record("\(plan.items[7])")
          continue
        }
        #expect(plan.isIncompatible)
        #expect(difference.argument != nil && difference.text.hasPrefix("PRECONDITION_FAILED"))
        #expect(plan.items.filter { $0.state == .missing }.count == 14)
      }
      let after = try await manager.plan(topology).probing(topology, with: BindingProbe(try host.configuration()))
      #expect(after.isIncompatible && !after.hasChanges)
      #expect(after.state(of: topology.bindings[0]) == .ensured, "not tested: the queue may drop messages to make room")
      #expect(try await host.depth(of: "argument.commands") == 0)
      #expect(try await manager.statistics(of: "argument.commands.dead") != nil)
      let bindings = try await host.broker.management.bindingCount(
        of: "argument.commands", to: "argument.commands", in: host.name)
      #expect(bindings == 4, "messages for the queue that differs would be lost without its bindings")
    }
  }

  @Test func `each argument of the commands queue is compared`() async throws {
    let wanted = [
      ("x-dead-letter-exchange", ""), ("x-dead-letter-routing-key", "each.commands.dead"),
      ("x-dead-letter-strategy", "at-least-once"), ("x-overflow", "reject-publish"),
    ]
    for (name, value) in wanted {
      try await host.withConnection { connection in
        let queue = try #require(ShortString("each.without.\(name)"))
        var arguments = HeaderTable()
        arguments.append("x-queue-type", "quorum")
        // A routing key is refused if there is no exchange.
        let dropped = name == "x-dead-letter-exchange" ? [name, "x-dead-letter-routing-key"] : [name]
        for other in wanted where !dropped.contains(other.0) { arguments.append(other.0, other.1) }
        try await host.declare(queue, arguments)
        var names = try names("each")
        names.commandsQueue = queue
        let plan = try await TopologyManager(connection).plan(
          Topology.standard(names, broker: connection.serverProperties))
        guard case .incompatible(let difference) = plan.items[7].state else {
          Issue.record("\(plan.items[7])")
          return
        }
        #expect(difference.argument == name)
        #expect(difference.wanted == value)
        #expect(difference.current == nil)
      }
    }
  }

  @Test func `a classic queue and another type of exchange are incompatible`() async throws {
    try await host.declare("classic.commands.dead", HeaderTable())
    try await host.withConnection { connection in
      try await connection.declare([.exchange("classic.events", type: "fanout", isPassive: false)])
      let plan = try await TopologyManager(connection).plan(
        Topology.standard(names("classic"), broker: connection.serverProperties))
      guard case .incompatible(let type) = plan.items[2].state, case .incompatible(let queue) = plan.items[8].state
      else {
        Issue.record("\(plan.items)")
        return
      }
      #expect((type.argument, type.wanted, type.current) == ("type", "topic", "fanout"))
      #expect((queue.argument, queue.wanted) == ("x-queue-type", "quorum"))
      #expect(type.remedy(for: .exchange, named: "classic.events").contains("classic.events"))
    }
  }

  @Test func `what can't be bound is left alone, and the rest is bound`() async throws {
    try await host.withConnection { connection in
      _ = try await connection.declare([
        .exchange("alone.commands", type: "fanout", isPassive: false),
        .exclusiveQueue("alone.queries", arguments: HeaderTable()),
      ])
      try await host.withConnection { other in
        let manager = TopologyManager(other)
        let topology = try Topology.standard(names("alone"), broker: await other.serverProperties)
        for plan in [try await manager.apply(topology), try await manager.plan(topology)] {
          #expect(topology.bindings.allSatisfy { plan.state(of: $0) == .unbindable })
          #expect(plan.isIncompatible)
        }
        #expect(try await manager.statistics(of: "alone.commands") != nil)
      }
    }
  }

  @Test func `a removed binding is restored at the next start`() async throws {
    try await host.withConnection { connection in
      let manager = TopologyManager(connection)
      let topology = try Topology.standard(names("bound"), broker: await connection.serverProperties)
      _ = try await manager.apply(topology)
      let management = host.broker.management
      try await management.deleteBinding(
        of: "bound.commands", to: "bound.commands", routingKey: "workspace.#", in: host.name)
      #expect(try await management.bindingCount(of: "bound.commands", to: "bound.commands", in: host.name) == 3)
      try await manager.ensure(topology.bindings)
      #expect(try await management.bindingCount(of: "bound.commands", to: "bound.commands", in: host.name) == 4)
    }
  }

  @Test func `the broker reports its product and version`() async throws {
    try await host.withConnection { connection in
      let properties = await connection.serverProperties
      #expect(properties.product == "RabbitMQ")
      #expect((properties.majorVersion ?? 0) >= 3)
      #expect(properties.clusterName?.isEmpty == false)
    }
  }

  @Test func `quorum queues never drop a message, on any version`() {
    func arguments(_ version: String) -> [HeaderTable] {
      Topology.standard(broker: ServerProperties(product: "RabbitMQ", version: version, clusterName: nil)).queues
        .prefix(2).map(\.arguments)
    }
    var unlimited = HeaderTable()
    unlimited.append("x-delivery-limit", Int64(-1))
    func isUnlimited(_ table: HeaderTable) -> Bool {
      table.entries.indices.contains { table.entries[$0...].starts(with: unlimited.entries) }
    }
    #expect(arguments("3.13.7").allSatisfy { !isUnlimited($0) })
    #expect(arguments("4.0.2").allSatisfy(isUnlimited))
  }
}
