import EndToEndSupport
import Messaging
import PostgresClient
import TestSupport
import Testing

/// Other writers in the same database, such as a second worker of another queue or an operator, at the worst moment.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct RacesTests {
  enum End: CaseIterable {
    case commit, rollback
  }

  /// What the other writer does while the command arrives.
  enum Race: CaseIterable {
    case sameName, sameNameInRename, childOfDeleted, parentDeleted, moveToDeleted, sameID, sameRoot
  }

  private struct Tenant {
    let id = Command.newID()
    let root = Command.newID()
    let parent = Command.newID()
    let other = Command.newID()
  }

  @Test(arguments: [true, false])
  func `a lost race reads like the broken rule, and a race that the other side rolls back leaves no trace`(
    locksTenants: Bool
  ) async throws {
    let deployment = try Deployment.current
    // Without these keys the other writer locks no tenant, so that the worker gets as far as the constraints.
    if !locksTenants {
      try await deployment.database.withConnection {
        try await $0.execute(
          script: "alter table workspaces drop constraint fk_workspaces_tenant")
      }
    }
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let worker = try await deployment.activeWorker()
    for race in Race.allCases {
      for end in End.allCases {
        let tenant = Tenant()
        try await sender.send([
          .createRoot(tenant.id, id: tenant.root), .create(tenant.id, "parent", below: tenant.root, id: tenant.parent),
          .create(tenant.id, "other", below: tenant.root, id: tenant.other),
        ])
        let before = await results.messages.count
        _ = try await results.first(before + 3)
        let (statement, command, code) = Self.setting(race, tenant)
        let transaction = try await OpenTransaction.begin(statement, in: deployment)
        try await sender.send([command])
        try await transaction.isWaitedFor()
        if end == .commit { try await transaction.commit() } else { try await transaction.rollBack() }
        let result = try #require(try await results.first(before + 4).last)
        #expect(result.event?.commandid == command.id)
        #expect(result.code == (end == .commit ? code : nil), "\(race) \(end)")
      }
    }
    #expect(try await worker.drain() == .code(0))
    #expect(!worker.program.errors.contains("is not connected"))
    try await deployment.commandsAreDone()
    await sender.close()
    await results.close()
  }

  private static func setting(_ race: Race, _ tenant: Tenant) -> (statement: String, command: Command, code: String) {
    func insertion(_ id: String, _ name: String, below parent: String, tenant: String) -> String {
      """
      insert into workspaces (id, tenant_id, name, parent_workspace_id, created_at, updated_at, version)
      values ('\(id)', '\(tenant)', '\(name)', \(parent), now(), now(), 1)
      """
    }
    let root = "'\(tenant.root)'"
    let id = Command.newID()
    switch race {
    case .sameName:
      return (
        insertion(id, "wanted", below: root, tenant: tenant.id), .create(tenant.id, "wanted", below: tenant.root),
        "duplicate_workspace_name"
      )
    case .sameNameInRename:
      return (
        insertion(id, "wanted", below: root, tenant: tenant.id), .rename(tenant.id, tenant.other, to: "wanted"),
        "duplicate_workspace_name"
      )
    case .childOfDeleted:
      // Otherwise the other one would look for the parent only when it commits, and find it gone.
      return (
        "set constraints all immediate; " + insertion(id, "child", below: "'\(tenant.parent)'", tenant: tenant.id),
        .delete(tenant.id, tenant.parent),
        "workspace_has_children"
      )
    case .parentDeleted:
      return (
        "delete from workspaces where id = '\(tenant.parent)'", .create(tenant.id, "orphan", below: tenant.parent),
        "parent_workspace_not_found"
      )
    case .moveToDeleted:
      return (
        "delete from workspaces where id = '\(tenant.parent)'", .move(tenant.id, tenant.other, to: tenant.parent),
        "parent_workspace_not_found"
      )
    case .sameID:
      return (
        insertion(id, "taken", below: root, tenant: tenant.id), .create(tenant.id, "free", below: tenant.root, id: id),
        "duplicate_workspace_id"
      )
    case .sameRoot:
      let newcomer = Command.newID()
      return (
        "insert into tenants (id) values ('\(newcomer)'); " + insertion(id, "root", below: "null", tenant: newcomer),
        .createRoot(newcomer, id: Command.newID(), name: "another name"), "root_workspace_exists"
      )
    }
  }
}
