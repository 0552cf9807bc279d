import Logging
import Messaging
import PostgresClient
import RabbitMQClient

/// The servers under test: empties, prepares and fills them between measurements.
final class Laboratory: Sendable {
  /// Receives the events and keeps them, as the yardstick's queue keeps both of its messages. The results go to whoever
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

  /// Empties everything, then stores the tenants, their roots and as many `workspaces` besides. The user of the
  /// commands is a member of each tenant; `grounds` says why that user may create workspaces.
  ///
  /// - Parameters:
  ///   - tenants: how many of the tenants share the `workspaces`.
  ///   - viewers: users of the first tenant, each with the number of its workspaces, evenly spread, that the user is a
  ///     member of. If there are any, the user "everybody" is added, as a member of the root.
  func reset(
    _ grounds: Grounds = .direct, workspaces: Int = 0, tenants: Int = 8, viewing viewers: [String: Int] = [:]
  ) async throws {
    try await purge()
    try await database.execute(
      script: """
        truncate tenants, workspaces, groups, tenant_members, group_members, workspace_members, inbox, outbox;
        \(Self.tenants)
        \(grounds.script)
        insert into workspaces (id, tenant_id, name, parent_workspace_id, created_at, updated_at, version)
        select '0W' || lpad(number::text, 24, '0'), tenants.id, 'stored ' || number, roots.id, now(), now(), 1
        from generate_series(1, \(workspaces)) as number
        join (select id, row_number() over (order by id) - 1 as place from tenants) as tenants on tenants.place = number % \(tenants)
        join workspaces as roots on roots.tenant_id = tenants.id and roots.parent_workspace_id is null;
        \(viewers.isEmpty ? "" : Self.viewers(viewers, among: workspaces))
        """, timeout: .seconds(600))
    for table in [
      "tenants", "workspaces", "groups", "tenant_members", "group_members", "workspace_members", "inbox", "outbox",
    ] {
      try await database.execute(script: "vacuum analyze \(table)", timeout: .seconds(600))
    }
    try await database.execute(script: "checkpoint", timeout: .seconds(600))
  }

  /// Purges what a run has left in the queues.
  func purge() async throws {
    for queue in [Self.archive.text ?? "", "workspace.commands", "workspace.commands.dead"] {
      _ = try yardstick.run(["purge", servers.amqp, queue, "0"])
    }
  }

  /// Publishes `count` commands and waits for their confirms.
  ///
  /// - Parameter batch: commands per message; nil: each is a message of its own.
  func fill(_ count: Int, run: Int, below parents: [String] = CommandFactory.roots, batch: Int? = nil) async throws {
    var factory = CommandFactory(run: run, below: parents)
    while factory.count < count {
      let chunk = min(count - factory.count, batch ?? 512)
      try await publisher.publish(batch == nil ? (0..<chunk).map { _ in factory.next() } : [factory.nextBatch(chunk)])
    }
  }

  /// The number of stored workspaces.
  func workspaces() async throws -> Int64 {
    try await database.query(
      "count_workspaces", "select count(*) from workspaces", timeout: .seconds(60))[0].int8("count")
  }

  /// Publishes messages and waits for their confirms.
  func publish(_ messages: [AMQPMessage]) async throws { try await publisher.publish(messages) }

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
      .binding(queue: Self.archive, exchange: "workspace.events.batches", routingKey: "#"),
    ])
  }

  private static func viewers(_ viewers: [String: Int], among count: Int) -> String {
    let tenant = CommandFactory.tenants[0]
    let members = (["everybody": 1] as [String: Int]).merging(viewers) { first, _ in first }.keys.map { user in
      "insert into tenant_members (tenant_id, user_id, role) values ('\(tenant)', '\(user)', 'member');"
    }
    let roles = viewers.map { user, seen in
      """
      insert into workspace_members (tenant_id, workspace_id, member_type, member_id, role)
      select '\(tenant)', '0W' || lpad((number * \(count / seen))::text, 24, '0'), 'user', '\(user)', 'member'
      from generate_series(1, \(seen)) as number;
      """
    }
    let all = """
      insert into workspace_members (tenant_id, workspace_id, member_type, member_id, role)
      values ('\(tenant)', '\(CommandFactory.roots[0])', 'user', 'everybody', 'member');
      """
    return (members + roles + [all]).joined(separator: "\n")
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
