import Coordination
import Settings

/// Examines the broker: name, login, TLS, version, topology, consumers, route of commands, alarms.
package struct BrokerExamination: Examination {
  private let broker: any ExaminedBroker
  private let resolver: any HostResolver

  package init(_ broker: any ExaminedBroker, resolver: any HostResolver) {
    self.broker = broker
    self.resolver = resolver
  }

  package func findings() async -> [Finding] {
    let target = broker.target
    if let problem = await resolver.problem(target.host) {
      return [
        .problem(
          "broker.name", "\(target.host) can't be resolved: \(problem)",
          remedy: "correct amqp.url or name resolution (DNS)"
        )
      ]
    }
    var findings: [Finding] = [.ok("broker.name", "\(target.host) resolves to an address")]
    do throws(BrokerObstacle) {
      let facts = try await broker.connect()
      findings += [
        .ok("broker.login", "logged in at \(target.endpoint), virtual host \(target.virtualHost)"), encryption,
      ]
      findings.append(version(await facts.software()))
      findings += await topology(facts)
      await facts.close()
      findings.append(alarms(await broker.probeAlarms()))
    } catch {
      findings.append(failure(error))
    }
    return findings
  }

  private func failure(_ obstacle: BrokerObstacle) -> Finding {
    switch obstacle {
    case .unreachable(let text):
      .problem("broker.connection", text, remedy: "start the broker, or correct amqp.url")
    case .tlsRefused(let text):
      .problem(
        "broker.tls", text,
        remedy:
          "amqp.tls.ca_file must contain the authority that issued the broker's certificate, which must name the host "
          + "in amqp.url and be currently valid")
    case .loginRefused(let text):
      .problem(
        "broker.login", text,
        remedy:
          "correct the user, password and virtual host in amqp.url, or the user's permissions: docs/security.md lists "
          + "what a worker needs")
    case .silent(let text):
      .problem(
        "broker.connection", text,
        remedy: "check that this is an AMQP port and that the firewall lets this host through")
    case .other(let text): .problem("broker.connection", text, remedy: "check that this is an AMQP 0-9-1 broker")
    }
  }

  private var encryption: Finding {
    let host = broker.target.host
    switch broker.target.encryption {
    case .none where host == "localhost" || host == "::1" || host.hasPrefix("127."):
      return .ok("broker.tls", "the connection is not encrypted, but does not leave this host")
    case .none:
      return .warning("broker.tls", "the connection is not encrypted", remedy: "use amqps:// and amqp.tls.ca_file")
    case .unverified:
      return .warning("broker.tls", "the broker's certificate is not verified", remedy: "set amqp.tls.verify to true")
    case .verified: return .ok("broker.tls", "encrypted; the broker's certificate is verified")
    }
  }

  /// Quorum queues support at-least-once dead lettering from 3.10 on:
  /// https://www.rabbitmq.com/docs/quorum-queues#dead-lettering
  private func version(_ software: (product: String?, version: String?)) -> Finding {
    let text = "\(software.product ?? "a broker") \(software.version ?? "without a version")"
    let numbers = (software.version ?? "").split(separator: ".").prefix(2).compactMap { Int($0) }
    guard software.product == "RabbitMQ", numbers.count == 2 else {
      return .warning("broker.version", text, remedy: "this is not RabbitMQ: the worker has not been tested with it")
    }
    guard (numbers[0], numbers[1]) >= (3, 10) else {
      return .problem(
        "broker.version", text,
        remedy: "RabbitMQ 3.10 or later is needed, for quorum queues that dead-letter at least once"
      )
    }
    return .ok("broker.version", text)
  }

  private func topology(_ facts: any BrokerFacts) async -> [Finding] {
    let check = "broker.topology"
    do {
      let (missing, differences) = (try await facts.missing(), try await facts.differences())
      guard missing.isEmpty else {
        let finding = Finding.problem(
          check, "missing: \(missing.joined(separator: ", "))", remedy: "workspace-worker topology apply")
        return [finding] + (differences?.isEmpty == false ? [arguments(differences)] : [])
      }
      return [
        arguments(differences), consumers(try await facts.commands()),
        route(.commands, await broker.probe(.commands)), route(.queries, await broker.probe(.queries)),
      ]
    } catch {
      return [.problem(check, "\(error)", remedy: "the user needs the permissions that docs/security.md lists")]
    }
  }

  /// Comparing arguments requires the `configure` permission, which a worker need not have.
  private func arguments(_ differences: [String]?) -> Finding {
    let check = "broker.topology"
    guard let differences else {
      return .ok(check, "exchanges and queues exist; this user may not compare their arguments")
    }
    guard differences.isEmpty else {
      return .warning(
        check, "not as planned: \(differences.joined(separator: "; "))",
        remedy: "workspace-worker topology plan shows the remedy")
    }
    return .ok(check, "exchanges and queues are as planned (bindings are not visible over AMQP)")
  }

  /// Bindings can't be queried over AMQP. So messages are published the way they lead, with `mandatory`: the broker
  /// returns those that reach no queue.
  private func route(_ route: BrokerRoute, _ probing: RouteProbing) -> Finding {
    let check = route == .commands ? "broker.route" : "broker.route.\(route.rawValue)"
    let way = broker.target.routes[route] ?? ""
    switch probing {
    case .arrived: return .ok(check, "messages reach the queue of \(route.rawValue): \(way)")
    case .unroutable(let keys):
      return .problem(
        check,
        "not all \(route.rawValue) reach their queue: \(way) lacks a binding with \(keys.joined(separator: ", "))",
        remedy:
          "workspace-worker topology apply restores the binding; what was published meanwhile without the mandatory "
          + "flag is lost")
    case .forbidden: return .ok(check, "this user may not publish there, so the bindings \(way) were not tested")
    case .unknown(let text):
      return .warning(
        check, "could not determine whether \(route.rawValue) reach their queue: \(text)",
        remedy:
          "see broker.alarms, and whether the queue is full or has no leader: rabbitmqctl list_queues name messages "
          + "state leader")
    }
  }

  private func consumers(_ commands: (consumers: Int, waiting: Int)) -> Finding {
    let check = "broker.consumers"
    let detail = "consumers: \(commands.consumers), commands waiting: \(commands.waiting)"
    switch commands.consumers {
    case 1: return .ok(check, detail)
    case 0: return .warning(check, detail, remedy: "no worker is active: start one with workspace-worker serve")
    default:
      return .problem(
        check, detail,
        remedy:
          "the queue has a consumer besides the active worker: commands are reordered or lost; find and stop it")
    }
  }

  /// The broker reports alarms only to publishers.
  private func alarms(_ probing: AlarmProbing) -> Finding {
    let check = "broker.alarms"
    switch probing {
    case .confirmed: return .ok(check, "messages are accepted and confirmed: no alarm")
    case .refused(let text):
      return .problem(
        check, "a message was not accepted: \(text)", remedy: "rabbitmqctl status shows alarms and limits")
    case .unconfirmed(let reason, let limit):
      return .problem(
        check,
        reason.map { "the broker blocks publishers: \($0)" }
          ?? "a message was not confirmed within \(limit.settingText)",
        remedy: "free memory or disk on the broker: rabbitmqctl status")
    case .untried(let text):
      return .warning(
        check, "could not be checked: \(text)", remedy: "rabbitmqctl status shows memory and disk alarms")
    }
  }
}
