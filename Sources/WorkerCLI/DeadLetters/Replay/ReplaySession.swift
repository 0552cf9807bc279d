import ArgumentParser
import Coordination
import Messaging
import MessageContract
import Observability
import PostgresClient
import PostgresStore
import RabbitMQBroker
import RabbitMQClient
import UnitOfWork
import UnixSignals
import WorkerRuntime
import WorkspaceDomain

/// Works a plan with connections to both servers, and stops cleanly at the first signal.
struct ReplaySession {
  let database: PostgresConnection
  let servers: Servers
  let decoder: CommandDecoder
  let options: ReplayOptions

  /// - Returns: what came of it.
  /// - Throws: `ExitCode` when another process works the plan.
  func work(_ plan: ReplayPlan) async throws -> ReplayReport {
    let replays = PostgresReplays(connection: database)
    guard try await replays.claim(plan.id) else {
      StandardError.write("workspace-worker: another process works plan \(plan.id)\n")
      throw ExitCode.failure
    }
    let connection = try await RabbitMQConnection.open(servers.amqp)
    do {
      let end = try await connection.use { connection in
        try await makeSure(on: connection)
        return try await run(plan, replays, on: connection)
      }
      return ReplayReport(plan, try await replays.progress(plan.id), end: end)
    } catch {
      StandardError.write("workspace-worker: plan \(plan.id) was cut off; 'dead-letters resume \(plan.id)' goes on\n")
      throw error
    }
  }

  /// Without exchange and queue nothing can be sent: that is no letter's fault.
  private func makeSure(on connection: RabbitMQConnection) async throws {
    let names = servers.topologyNames
    let needed = Topology.standard(names, broker: await connection.serverProperties).neededToSend(by: names)
    let missing = try await BrokerHealthCheck(topology: needed, queue: names.commandsQueue, on: connection).missing()
    guard missing.reasons.isEmpty else { throw missing }
  }

  private func run(_ plan: ReplayPlan, _ replays: PostgresReplays, on connection: RabbitMQConnection) async throws -> ReplayEnd {
    var publishing = PublisherOptions()
    publishing.isMandatory = true
    publishing.keepsOrder = false
    let stop = Signal<Void>()
    let run = ReplayRun(
      plan: plan.id, replays: replays,
      publisher: try await RabbitMQPublisher.start(on: connection, options: publishing),
      decoder: decoder, exchange: servers.topologyNames.commandsExchange, user: servers.senderUser, options: options, stop: stop)
    return try await withThrowingTaskGroup(of: ReplayEnd?.self) { group in
      group.addTask {
        for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint) { stop.raise() }
        return nil
      }
      group.addTask { try await run.run() }
      defer { group.cancelAll() }
      while let end = try await group.next() {
        if let end { return end }
      }
      return .stopped
    }
  }
}
