package import Messaging
package import Operations
package import RabbitMQClient
import WorkerRuntime

/// Opens connections to the broker for replayed letters.
package struct BrokerReplayGateway: ReplayGateway {
  private let configuration: RabbitMQConfiguration
  private let names: BrokerNames

  package init(_ configuration: RabbitMQConfiguration, names: BrokerNames) {
    self.configuration = configuration
    self.names = names
  }

  package func open() async throws -> any ReplayLink {
    BrokerReplayLink(connection: try await RabbitMQConnection.open(configuration), names: names)
  }
}

/// A connection that replayed letters are published over.
struct BrokerReplayLink: ReplayLink {
  let connection: RabbitMQConnection
  let names: BrokerNames

  func publisher() async throws -> any MessagePublisher {
    let needed = Topology.standard(names, broker: await connection.serverProperties).neededToSend(by: names)
    let missing = try await BrokerHealthCheck(topology: needed, queue: names.commandsQueue, on: connection).missing()
    guard missing.reasons.isEmpty else { throw missing }
    var options = PublisherOptions.forOneCommand
    options.keepsOrder = false
    return try await RabbitMQPublisher.start(on: connection, options: options)
  }

  func close() async { await connection.close() }
}
