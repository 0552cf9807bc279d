import MessageContract
import Messaging
import PostgresStore
import UnitOfWork
import WorkerRuntime
import WorkspaceApplication
import WorkspaceDomain

/// Everything that the worker itself does for a user's command, between the bytes from the broker and the bytes for the
/// database and the broker, and nothing else: no server, no thread, no clock. Meant for counting instructions.
@main
struct CommandPath {
  /// `command-path BATCHES SIZE [batched] [deep]`
  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
    guard arguments.count == 2 else { return print("usage: command-path BATCHES SIZE [batched] [deep]") }
    var path = CommandPath(
      isBatched: CommandLine.arguments.contains("batched"), isDeep: CommandLine.arguments.contains("deep"))
    var requests = 0
    for _ in 0..<arguments[0] { requests += try path.run(arguments[1]) }
    print("\(arguments[0] * arguments[1]) commands, \(requests) statements")
  }

  /// A command was refused: a count is meaningful only if every command is executed.
  private struct Refused: Error {}

  private let decoder = CommandDecoder()
  private let tenants = (0..<8).map { TenantID(ULID(milliseconds: 1, randomness: .init(high: 1, low: $0))) }
  /// The workspaces from the root of each tenant down to the parent of those that are created.
  private let paths: [[WorkspaceID]]
  private let environment: ExecutionEnvironment
  private let isBatched: Bool
  private let groups: [GroupID]
  private var count: UInt64 = 0

  /// - Parameters:
  ///   - isBatched: commands arrive in one message, and results and events are published in batches.
  ///   - isDeep: workspaces are created on level 32, and the user is in 50 groups, one of which is an editor of the root,
  ///     while each of the others is a member of a workspace below it. Otherwise they are created below the root, whose
  ///     editor the user is.
  private init(isBatched: Bool, isDeep: Bool) {
    self.isBatched = isBatched
    paths = (0..<8).map { tenant in
      (0..<(isDeep ? 31 : 1)).map {
        WorkspaceID(ULID(milliseconds: 2, randomness: .init(high: UInt16($0), low: tenant)))
      }
    }
    groups = (0..<(isDeep ? 50 : 0)).map { GroupID(ULID(milliseconds: 4, randomness: .init(high: 1, low: $0))) }
    var forms = PublishingForms()
    if isBatched { (forms.results, forms.events) = (.batch, .batch) }
    environment = ExecutionEnvironment(
      clock: FixedClock(), identifiers: MonotonicIdentifiers(), rules: WorkspaceRules(defaultRootName: "Root"),
      messages: OutboundMessages(BrokerNames(), forms),
      queue: "//workspace.commands", process: ULID(milliseconds: 3, randomness: .init(high: 1, low: 1)))
  }

  /// - Returns: the number of SQL statements that the batch needs.
  private mutating func run(_ size: Int) throws -> Int {
    let messages = try deliveries(size).map { ReceivedMessage($0, decoder: decoder) }
    let commands = messages.compactMap { $0.command.map { (context: $0.context, command: $0.command) } }
    let readSet = ReadSet(commands, rules: environment.rules)
    let snapshot = snapshot()
    let work = WorkingSet(readSet: readSet, snapshot: snapshot, rules: environment.rules.access)
    var run = BatchRun(
      environment: environment, snapshot: snapshot, work: work, lines: [:], observations: DeferredObservations())
    try run.run(Assignment(messages))
    guard run.writeSet.inserted.count == size else { throw Refused() }
    return run.writeSet.requests(queue: "//workspace.commands").count
  }

  private mutating func deliveries(_ size: Int) throws -> [Delivery] {
    let single = (0..<size).map { _ in next() }
    guard isBatched else { return single }
    var properties = MessageProperties()
    properties.contentType = CloudEventsType.batch
    let batch = Delivery(
      tag: single[0].tag, isRedelivered: false, exchange: "workspace.commands", routingKey: "workspace.batch",
      properties: properties,
      body: CloudEventsType.array(single.map(\.body)))
    return try CommandBatch.elements(of: batch, limits: ContractLimits()) ?? []
  }

  private func snapshot() -> Snapshot {
    var snapshot = Snapshot()
    let user = UserID(stored: "benchmark")
    for (tenant, path) in zip(tenants, paths) {
      snapshot.tenants[tenant] = 1
      snapshot.workspaces[path[path.count - 1]] = Workspace(
        id: path[path.count - 1], tenantID: tenant, name: WorkspaceName(stored: "Parent"),
        parentID: path.dropLast().last, createdAt: FixedClock().now(), updatedAt: FixedClock().now(), version: 1)
      for (place, id) in path.enumerated() {
        snapshot.parents.updateValue(place == 0 ? nil : path[place - 1], forKey: id)
      }
      snapshot.roles[.tenant(tenant, user)] = .member
      if groups.isEmpty { snapshot.roles[.workspace(path[0], .user(user), of: tenant)] = .editor }
      for (place, group) in groups.enumerated() {
        snapshot.roles[RoleKey(tenantID: tenant, object: .group(group), member: .user(user))] = .member
        let workspace = place == 0 ? path[0] : path[1 + place % (path.count - 1)]
        snapshot.roles[.workspace(workspace, .group(group), of: tenant)] = place == 0 ? .editor : .member
      }
    }
    return snapshot
  }

  private mutating func next() -> Delivery {
    count += 1
    let place = Int(count % 8)
    let body = """
      {"specversion":"1.0","id":"benchmark-1-\(count)","source":"/benchmark","type":"workspace.create",\
      "tenantid":"\(tenants[place])","userid":"benchmark","data":{"name":"workspace 1 \(count)",\
      "parent_workspace_id":"\(paths[place][paths[place].count - 1])"}}
      """
    var properties = MessageProperties()
    properties.contentType = "application/cloudevents+json"
    return Delivery(
      tag: DeliveryTag(generation: 1, number: count), isRedelivered: false, exchange: "workspace.commands",
      routingKey: "workspace.create", properties: properties, body: Array(body.utf8))
  }
}

extension RoleKey {
  fileprivate static func workspace(_ id: WorkspaceID, _ member: Member, of tenantID: TenantID) -> RoleKey {
    RoleKey(tenantID: tenantID, object: .workspace(id), member: member)
  }
}

private struct FixedClock: WallClock {
  func now() -> Timestamp { Timestamp(milliseconds: 1_790_000_000_000) }
}
