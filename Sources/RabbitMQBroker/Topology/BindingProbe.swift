import Coordination
import Messaging
package import RabbitMQClient
import WorkerRuntime

/// Finds out whether bindings exist, which AMQP can't tell: publishes a ``RouteProbe`` the way that each of them leads,
/// with `mandatory`, so that the broker returns it if no queue takes it. Workers only acknowledge what arrives.
///
/// Another program's queue that is bound with the same key also takes the message, and hides that a binding is missing.
package struct BindingProbe: Sendable {
  package enum Outcome: Sendable {
    case known(missing: [Topology.Binding])
    /// This user may not publish to the exchange.
    case forbidden
    case unknown(String)
  }

  /// How long connecting may take, and the confirm of a few small messages.
  private static let limit: Duration = .seconds(5)

  private let configuration: RabbitMQConfiguration

  package init(_ configuration: RabbitMQConfiguration) { self.configuration = configuration }

  /// - Parameter bindings: those of one exchange.
  package func outcome(of bindings: [Topology.Binding]) async -> Outcome {
    do {
      let messages = bindings.map { RouteProbe.message(to: $0.exchange, bindingKey: $0.routingKey) }
      let confirm: Void? = try await withTimeLimit(Self.limit) { try await publish(messages) }
      return confirm == nil ? .unknown("no confirm within \(Self.limit)") : .known(missing: [])
    } catch RabbitMQError.unroutable(let returned) {
      return .known(
        missing: bindings.filter { binding in
          returned.contains { $0.routingKey == RouteProbe.key(for: binding.routingKey) }
        })
    } catch RabbitMQError.channelClosed(.accessRefused, _) {
      return .forbidden
    } catch {
      return .unknown("\(error)")
    }
  }

  private func publish(_ messages: [AMQPMessage]) async throws {
    var options = PublisherOptions()
    options.isMandatory = true
    try await RabbitMQConnection.open(configuration).use { [options] connection in
      try await RabbitMQPublisher.start(on: connection, options: options).publish(messages)
    }
  }
}

extension TopologyPlan {
  /// The plan with the probed states of bindings whose queue and exchange exist. Nothing is sent to incompatible
  /// objects: they may be another program's, and such a queue may drop a message to make room for the probe.
  package func probing(_ topology: Topology, with probe: BindingProbe) async -> TopologyPlan {
    var (existing, missing): ([Topology.Binding], [Topology.Binding]) = ([], [])
    for exchange in topology.exchanges {
      let bindings = topology.bindings.filter {
        $0.exchange == exchange.name && state(of: $0) == .ensured && state(of: $0.queue) == .exists
      }
      guard !bindings.isEmpty, case .known(let absent) = await probe.outcome(of: bindings) else { continue }
      missing += absent
      existing += bindings.filter { !absent.contains($0) }
    }
    return noting(existing: existing, missing: missing)
  }
}
