import EndToEndSupport
import Messaging
import PostgresClient
import TestFixtures
import TestSupport
import Testing

@Suite(.needsBroker, .requiresPostgres, .deployment)
struct MovesTests {
  @Test func `a workspace moves with its subtree, and the event has the old parent`() async throws {
    let run = try await Run.start(workspaces: 4, settings: ["LIMITS_TREE_DEPTH": "4"])
    let ids = run.ids
    let results = try await run.carryOut([
      .move(run.tenant, ids[2], to: ids[1]), .move(run.tenant, ids[2], to: ids[1]),
      .move(run.tenant, ids[1], to: ids[2]),
      .move(run.tenant, ids[0], to: ids[1]), .move(run.tenant, Command.newID(), to: ids[1]),
      .move(run.tenant, ids[1], to: Command.newID()), .move(run.tenant, ids[1], to: ids[3]),
      .delete(run.tenant, ids[1]),
      .create(run.tenant, "deep", below: ids[2]), .move(Command.newID(), ids[1], to: ids[0]),
    ])
    #expect(
      results.map(\.code) == [
        nil, nil, "workspace_inside_itself", "cannot_move_root_workspace", "workspace_not_found",
        "parent_workspace_not_found",
        nil, "workspace_has_children", "workspace_tree_too_deep", "workspace_not_found",
      ])
    #expect(results.map { $0.event?.type }[..<2] == ["workspace.move.succeeded", "workspace.move.succeeded"])
    #expect(results[0].event?.subject == ids[2] && results[0].event?.data.workspace?.parent_workspace_id == ids[1])
    #expect(results[1].event?.data.workspace == results[0].event?.data.workspace)
    #expect(results[0].event?.data.workspace?.version == 2)
    let events = try await run.events.first(6)
    #expect(events.suffix(2).map { $0.event?.type } == ["workspace.moved", "workspace.moved"])
    let moved = try #require(events[4].event)
    #expect(moved.subject == ids[2] && moved.sequence == "5")
    #expect(
      moved.data.members == [
        "workspace_id", "tenant_id", "old_parent_workspace_id", "parent_workspace_id", "occurred_at",
      ])
    #expect(moved.data.oldParentID == ids[0] && moved.data.parentID == ids[1])
    try await run.finish(events: 6)
  }

  @Test func `crossing moves on several connections leave a tree, and the events record each step`() async throws {
    let run = try await Run.start(workspaces: 8, settings: ["LIMITS_TREE_DEPTH": "5", "WORKER_BATCH_COUNT": "16"])
    let senders = 4
    let each = 60
    try await withThrowingTaskGroup { group in
      for sender in 0..<senders {
        group.addTask {
          var random = SeededRandom(seed: UInt64(sender))
          let connection = try await CommandSender.open(on: run.deployment.host)
          let moves = (0..<each).compactMap { _ -> Command? in
            guard let one = run.ids.randomElement(using: &random), let other = run.ids.randomElement(using: &random)
            else { return nil }
            return .move(run.tenant, one, to: other)
          }
          for move in moves { try await connection.send([move]) }
          await connection.close()
        }
      }
      try await group.waitForAll()
    }
    let results = try await run.results.first(run.ids.count + senders * each)
    let codes = Set(results.compactMap(\.code))
    #expect(codes.isSuperset(of: ["workspace_inside_itself", "cannot_move_root_workspace", "workspace_tree_too_deep"]))
    #expect(codes.count == 3, "\(codes)")
    try await run.deployment.outboxIsEmpty()
    let events = try await run.events.everything(on: run.deployment.host).compactMap(\.event)
    #expect(events.map(\.sequence) == (1...events.count).map { "\($0)" })
    var parents: [String: String] = [:]
    for event in events {
      let id = try #require(event.data.workspaceID)
      if event.type == "workspace.moved" { #expect(parents[id] == event.data.oldParentID) }
      parents[id] = event.data.parentID
      #expect(try depth(of: id, in: parents) <= 5)
    }
    #expect(try await run.parents() == parents)
    try await run.finish(events: events.count)
  }

  private func depth(of id: String, in parents: [String: String]) throws -> Int {
    var depth = 1
    var next = parents[id]
    while let id = next {
      depth += 1
      next = parents[id]
      try #require(depth <= parents.count + 1, "a circle")
    }
    return depth
  }
}

/// A worker, and a tenant with a root and workspaces directly below it.
private struct Run {
  let deployment: Deployment
  let worker: WorkerProcess
  let results: Subscription
  let events: Subscription
  let sender: CommandSender
  let tenant = Command.newID()
  /// The ids of the workspaces, the root first.
  let ids: [String]

  /// - Parameter workspaces: the number of workspaces, including the root.
  static func start(workspaces: Int, settings: [String: String]) async throws -> Run {
    let deployment = try Deployment.current
    let run = Run(
      deployment: deployment, worker: try await deployment.activeWorker(settings),
      results: try await .to("workspace.results", on: deployment.host),
      events: try await .to("workspace.events", on: deployment.host),
      sender: try await .open(on: deployment.host), ids: (0..<workspaces).map { _ in Command.newID() })
    let children = run.ids.dropFirst().enumerated().map {
      Command.create(run.tenant, "\($0)", below: run.ids[0], id: $1)
    }
    let made = try await run.carryOut([.createRoot(run.tenant, id: run.ids[0])] + children)
    try #require(made.allSatisfy { $0.code == nil })
    return run
  }

  /// - Returns: the results, in the order of the commands.
  func carryOut(_ commands: [Command]) async throws -> [Subscription.Message] {
    let before = await results.messages.count
    try await sender.send(commands)
    return Array(try await results.first(before + commands.count).dropFirst(before))
  }

  func parents() async throws -> [String: String] {
    try await deployment.database.withConnection { connection in
      let rows = try await connection.query(
        "parents", "select id, parent_workspace_id from workspaces where parent_workspace_id is not null")
      return try rows.reduce(into: [:]) { $0[try $1.text("id")] = try $1.text("parent_workspace_id") }
    }
  }

  func finish(events count: Int) async throws {
    try await deployment.outboxIsEmpty()
    #expect(try await worker.drain() == .code(0))
    #expect(try await events.everything(on: deployment.host).count == count)
    #expect(try await deployment.letters().isEmpty)
    try await deployment.commandsAreDone()
    await sender.close()
    await results.close()
    await events.close()
  }
}
