import Messaging
import Logging
import PostgresClient
import RabbitMQClient

/// The servers between two measurements: emptied, prepared, filled.
final class Laboratory: Sendable {
  /// Takes the events, and keeps them, as the yardstick's queue keeps both of its messages. The results go to whoever
  /// measures.
  private static let archive: ShortString = "benchmark.archive"

  let servers: ServerAddresses
  let broker: RabbitMQConnection
  let worker: Executable
  let yardstick: Executable
  private let publisher: RabbitMQPublisher
  private let database: PostgresConnection

  private init(
    servers: ServerAddresses, broker: RabbitMQConnection, publisher: RabbitMQPublisher, database: PostgresConnection,
    worker: Executable, yardstick: Executable
  ) {
    self.servers = servers
    self.broker = broker
    self.publisher = publisher
    self.database = database
    self.worker = worker
    self.yardstick = yardstick
  }

  static func open(_ servers: ServerAddresses, worker: String, yardstick: String) async throws -> Laboratory {
    let logger = Logger(label: "benchmark")
    let worker = Executable(
      path: worker,
      environment: [
        "AMQP_URL": servers.amqp, "POSTGRES_URL": servers.postgres, "HTTP_PORT": "0", "LOG_LEVEL": "warning",
      ])
    let yardstick = Executable(path: yardstick, environment: [:])
    _ = try worker.run(["migrate", "up"])
    _ = try worker.run(["topology", "apply"])
    let broker = try await connect(servers)
    let laboratory = Laboratory(
      servers: servers, broker: broker, publisher: try await RabbitMQPublisher.start(on: try await connect(servers)),
      database: try await PostgresConnection.connect(PostgresConfiguration(url: servers.postgres), logger: logger),
      worker: worker, yardstick: yardstick)
    try await laboratory.declareArchive()
    return laboratory
  }

  static func connect(_ servers: ServerAddresses) async throws -> RabbitMQConnection {
    try await RabbitMQConnection.open(try RabbitMQConfiguration(try BrokerURL(servers.amqp)))
  }

  func close() async {
    await publisher.connection.close()
    await broker.close()
    await database.close()
  }

  /// Empties everything, and stores the tenants with their roots and as many `workspaces` besides.
  func reset(workspaces: Int = 0) async throws {
    try await purge()
    try await database.execute(
      script: """
        truncate tenants, workspaces, inbox, outbox;
        \(Self.tenants)
        insert into workspaces (id, tenant_id, name, parent_workspace_id, created_at, updated_at, version)
        select '0W' || lpad(number::text, 24, '0'), tenants.id, 'stored ' || number, roots.id, now(), now(), 1
        from generate_series(1, \(workspaces)) as number
        join (select id, row_number() over (order by id) - 1 as place from tenants) as tenants on tenants.place = number % 8
        join workspaces as roots on roots.tenant_id = tenants.id and roots.parent_workspace_id is null;
        """, timeout: .seconds(600))
    for table in ["tenants", "workspaces", "inbox", "outbox"] {
      try await database.execute(script: "vacuum analyze \(table)", timeout: .seconds(600))
    }
    try await database.execute(script: "checkpoint", timeout: .seconds(600))
  }

  /// Removes what a run has left on the broker.
  func purge() async throws {
    for queue in [Self.archive.text ?? "", "workspace.commands", "workspace.commands.dead"] {
      _ = try yardstick.run(["purge", servers.amqp, queue, "0"])
    }
  }

  /// Publishes `count` commands and waits for their confirms.
  func fill(_ count: Int, run: Int) async throws {
    var factory = CommandFactory(run: run)
    var left = count
    while left > 0 {
      let chunk = min(left, 512)
      try await publisher.publish((0..<chunk).map { _ in factory.next() })
      left -= chunk
    }
  }

  /// Sends one command and waits for its result.
  func answerOne(run: Int) async throws {
    let replies = try await ResultSubscription.open(servers)
    var factory = CommandFactory(run: run)
    try await publisher.publish([factory.next(replyTo: replies.queue)])
    _ = try await replies.next()
    await replies.close()
  }

  private func declareArchive() async throws {
    var arguments = HeaderTable()
    arguments.append("x-queue-type", "quorum")
    try await broker.declare([
      .queue(Self.archive, arguments: arguments, isPassive: false),
      .binding(queue: Self.archive, exchange: "workspace.events", routingKey: "#"),
    ])
  }

  private static var tenants: String {
    zip(CommandFactory.tenants, CommandFactory.roots).map { tenant, root in
      """
      insert into tenants (id, event_sequence) values ('\(tenant)', 1);
      insert into workspaces (id, tenant_id, name, created_at, updated_at, version)
      values ('\(root)', '\(tenant)', 'Root', now(), now(), 1);
      """
    }.joined(separator: "\n")
  }
}
