import Coordination
import Messaging
import RabbitMQBroker
import RabbitMQClient
import Settings
import WorkerRuntime
import WorkspaceDomain

/// Looks at the broker: name, TLS, login, version, topology, consumers, alarms.
struct BrokerExamination {
  /// How long a confirm of a single message may take.
  private static let publishLimit: Duration = .seconds(5)

  let servers: Servers

  func findings() async -> [Finding] {
    var findings: [Finding] = []
    if let problem = await NameResolution.problem(servers.amqp.host) {
      return [
        .problem(
          "broker.name", "\(servers.amqp.host) can't be resolved: \(problem)", remedy: "correct amqp.url, or the name service")
      ]
    }
    findings.append(.ok("broker.name", "\(servers.amqp.host) leads to an address"))
    do {
      let connection = try await RabbitMQConnection.open(servers.amqp)
      findings += [.ok("broker.login", "logged in at \(servers.amqp.endpoint), virtual host \(servers.amqp.virtualHost)"), encryption]
      let broker = await connection.serverProperties
      findings.append(version(broker))
      findings += await topology(on: connection, broker)
      await connection.close()
      findings.append(await alarms())
    } catch {
      findings.append(failure(error))
    }
    return findings
  }

  private func failure(_ error: any Error) -> Finding {
    switch error {
    case RabbitMQError.unreachable: .problem("broker.connection", "\(error)", remedy: "start the broker, or correct amqp.url")
    case RabbitMQError.tlsRefused:
      .problem(
        "broker.tls", "\(error)",
        remedy: "amqp.tls.ca_file must hold the authority of the broker's certificate, and that must name the host of amqp.url and be valid today")
    case RabbitMQError.loginRefused, RabbitMQError.unreadableSecret:
      .problem(
        "broker.login", "\(error)",
        remedy: "correct user, password and virtual host of amqp.url, or the user's permissions: docs/security.md has what a worker needs")
    case RabbitMQError.timedOut: .problem("broker.connection", "\(error)", remedy: "is it an AMQP port, and does a firewall let this host through?")
    default: .problem("broker.connection", "\(error)", remedy: "is it an AMQP 0-9-1 broker?")
    }
  }

  private var encryption: Finding {
    let host = servers.amqp.host
    guard let options = servers.amqp.tls else {
      let isLocal = host == "localhost" || host == "::1" || host.hasPrefix("127.")
      guard !isLocal else { return .ok("broker.tls", "the connection is not encrypted, and does not leave this host") }
      return .warning("broker.tls", "the connection is not encrypted", remedy: "use amqps:// and amqp.tls.ca_file")
    }
    guard options.verifiesPeer else {
      return .warning("broker.tls", "the broker's certificate is not verified", remedy: "set amqp.tls.verify to true")
    }
    return .ok("broker.tls", "encrypted, the broker's certificate is verified")
  }

  /// Quorum queues dead-letter at least once from 3.10 on: https://www.rabbitmq.com/docs/quorum-queues#dead-lettering
  private func version(_ broker: ServerProperties) -> Finding {
    let text = "\(broker.product ?? "a broker") \(broker.version ?? "without a version")"
    let numbers = (broker.version ?? "").split(separator: ".").prefix(2).compactMap { Int($0) }
    guard broker.product == "RabbitMQ", numbers.count == 2 else {
      return .warning("broker.version", text, remedy: "this is not RabbitMQ: nothing was tried with it")
    }
    guard (numbers[0], numbers[1]) >= (3, 10) else {
      return .problem("broker.version", text, remedy: "RabbitMQ 3.10 or later is needed: quorum queues that dead-letter at least once")
    }
    return .ok("broker.version", text)
  }

  private func topology(on connection: RabbitMQConnection, _ broker: ServerProperties) async -> [Finding] {
    let manager = TopologyManager(connection)
    let topology = Topology.standard(servers.topologyNames, broker: broker)
    do {
      let plan = try await manager.check(topology)
      let missing = plan.items.filter { $0.state == .missing }.map { "\($0.kind.rawValue) \($0.name)" }
      guard missing.isEmpty else {
        return [.problem("broker.topology", "missing: \(missing.joined(separator: ", "))", remedy: "workspace-worker topology apply")]
      }
      return [try await arguments(manager, topology), try await consumers(manager), await route()]
    } catch {
      return [.problem("broker.topology", "\(error)", remedy: "the user needs the permissions that docs/security.md lists")]
    }
  }

  /// Comparing arguments needs the right to configure, which a worker need not have.
  private func arguments(_ manager: TopologyManager, _ topology: Topology) async throws -> Finding {
    do {
      let plan = try await manager.plan(topology)
      let different = plan.items.compactMap { item -> String? in
        if case .incompatible(let difference) = item.state { "\(item.kind.rawValue) \(item.name): \(difference.text)" } else { nil }
      }
      guard different.isEmpty else {
        return .warning(
          "broker.topology", "not as planned: \(different.joined(separator: "; "))",
          remedy: "workspace-worker topology plan tells the way out")
      }
      return .ok("broker.topology", "exchanges and queues are as planned (bindings can't be seen over AMQP)")
    } catch RabbitMQError.channelClosed(.accessRefused, _) {
      return .ok("broker.topology", "exchanges and queues are there; this user may not compare their arguments")
    }
  }

  /// Bindings can't be asked for over AMQP. So a message takes the way of the commands, and comes back where it ends.
  private func route() async -> Finding {
    let check = "broker.route"
    let names = servers.topologyNames
    let keys = Topology.commandKeys.compactMap(\.text).joined(separator: ", ")
    let way = "\(names.commandsExchange.text ?? "") -> \(names.commandsQueue.text ?? "")"
    do {
      try await RabbitMQConnection.open(servers.amqp).use { try await probe(names.commandsExchange, on: $0) }
      return .ok(check, "a message takes the way of the commands: \(way)")
    } catch RabbitMQError.unroutable {
      return .problem(
        check, "not all commands reach their queue: of \(way) a binding with one of the keys \(keys) is missing",
        remedy: "workspace-worker topology apply sets the binding again; publishers without mandatory have lost what they sent meanwhile")
    } catch RabbitMQError.channelClosed(.accessRefused, _) {
      return .ok(check, "this user may not publish commands, so whether \(way) is bound was not tried")
    } catch {
      return .warning(check, "whether commands reach their queue can't be told: \(error)", remedy: "look at broker.alarms")
    }
  }

  private func probe(_ exchange: ShortString, on connection: RabbitMQConnection) async throws {
    var options = PublisherOptions()
    options.isMandatory = true
    let publisher = try await RabbitMQPublisher.start(on: connection, options: options)
    try await withThrowingTaskGroup { group in
      group.addTask { try await publisher.publish(RouteProbe.messages(to: exchange)) }
      group.addTask {
        try await Task.sleep(for: Self.publishLimit)
        throw RabbitMQError.timedOut(operation: "publishing", limit: Self.publishLimit)
      }
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  private func consumers(_ manager: TopologyManager) async throws -> Finding {
    let statistics = try await manager.statistics(of: servers.topologyNames.commandsQueue)
    let detail = "\(statistics?.consumerCount ?? 0) consumers, \(statistics?.messageCount ?? 0) commands wait"
    switch statistics?.consumerCount ?? 0 {
    case 1: return .ok("broker.consumers", detail)
    case 0: return .warning("broker.consumers", detail, remedy: "no worker is active: workspace-worker serve")
    default:
      return .problem(
        "broker.consumers", detail,
        remedy: "somebody else consumes the queue beside the active worker: commands lose their order, or are lost; find and stop it")
    }
  }

  /// The broker says that it is in need to those who publish; so small messages go to a queue of our own.
  private func alarms() async -> Finding {
    do {
      // The queue outlives its connection for a minute.
      let name = try await TemporaryQueue.open(servers.amqp).use { $0.name }
      return try await RabbitMQConnection.open(servers.amqp).use { await publish(to: name, on: $0) }
    } catch {
      return .warning("broker.alarms", "could not be looked for: \(error)", remedy: "rabbitmqctl status shows alarms of memory and disk")
    }
  }

  private func publish(to queue: ShortString, on connection: RabbitMQConnection) async -> Finding {
    let message = OutboundMessage(exchange: "", routingKey: queue, properties: MessageProperties(), body: [])
    do {
      // Over as many channels as the worker's, which the broker may limit.
      let publisher = try await RabbitMQPublisher.start(on: connection, options: servers.topologyNames.publisherOptions)
      let isConfirmed = try await withThrowingTaskGroup(of: Bool.self) { group in
        group.addTask {
          // With the first one the broker begins to block the connection, and takes it nevertheless.
          for _ in 1...2 { try await publisher.publish([message]) }
          return true
        }
        group.addTask {
          try await Task.sleep(for: Self.publishLimit)
          return false
        }
        defer { group.cancelAll() }
        return try await group.next() ?? false
      }
      if isConfirmed { return .ok("broker.alarms", "messages are taken and confirmed: no alarm") }
    } catch {
      return .problem("broker.alarms", "a message was not taken: \(error)", remedy: "rabbitmqctl status shows alarms and limits")
    }
    let reason = connection.blockedReason.map { "the broker blocks publishers: \($0)" }
    return .problem(
      "broker.alarms", reason ?? "a message was not confirmed within \(Self.publishLimit.settingText)",
      remedy: "free memory or disk on the broker: rabbitmqctl status")
  }
}
