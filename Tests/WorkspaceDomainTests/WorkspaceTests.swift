import TestFixtures
import Testing

@testable import WorkspaceDomain

@Suite struct WorkspaceTests {
  private let earlier = Timestamp(milliseconds: 1000)
  private let later = Timestamp(milliseconds: 2000)

  private func stored(parentID: WorkspaceID? = .sample(1), version: Int64 = 4) -> Workspace {
    Workspace(
      id: .sample(2), tenantID: .sample(9), name: WorkspaceName(stored: "old"), parentID: parentID, createdAt: earlier,
      updatedAt: earlier, version: version)
  }

  private func event(_ change: WorkspaceEvent.Change, at time: Timestamp, parentID: WorkspaceID? = .sample(1))
    -> WorkspaceEvent
  {
    WorkspaceEvent(workspaceID: .sample(2), tenantID: .sample(9), parentID: parentID, change: change, occurredAt: time)
  }

  @Test(arguments: [nil, "alice"], [nil, WorkspaceID.sample(1)])
  func `a new workspace has version 1 and records its creation and creator`(
    creator: String?, parentID: WorkspaceID?
  ) {
    let founder = creator.map { Founder(userID: UserID(stored: $0), role: .admin) }
    let name = WorkspaceName(stored: "n")
    let workspace = Workspace.create(
      id: .sample(2), tenantID: .sample(9), name: name, parentID: parentID, founder: founder, at: earlier)
    #expect(workspace.version == 1)
    #expect(workspace.createdAt == earlier)
    #expect(workspace.updatedAt == earlier)
    #expect(workspace.isRoot == (parentID == nil))
    #expect(
      workspace.recordedEvents == [event(.created(name: name, founder: founder), at: earlier, parentID: parentID)])
    #expect(workspace.recordedEvents[0].isRoot == (parentID == nil))
  }

  @Test func `a stored workspace has recorded nothing`() {
    #expect(stored().recordedEvents.isEmpty)
  }

  @Test func `renaming raises the version by one and records both names`() {
    var workspace = stored()
    workspace.rename(to: WorkspaceName(stored: "new"), at: later)
    #expect(workspace.name.text == "new")
    #expect(workspace.version == 5)
    #expect(workspace.createdAt == earlier)
    #expect(workspace.updatedAt == later)
    #expect(
      workspace.recordedEvents == [
        event(.renamed(oldName: WorkspaceName(stored: "old"), name: WorkspaceName(stored: "new")), at: later)
      ])
  }

  @Test func `renaming to the current name changes nothing and records nothing`() {
    var workspace = stored()
    workspace.rename(to: WorkspaceName(stored: "old"), at: later)
    #expect(workspace == stored())
  }

  @Test func `renaming to another spelling of the same letters is a change`() {
    var workspace = stored()
    workspace.rename(to: WorkspaceName(stored: "\u{E9}"), at: later)
    workspace.rename(to: WorkspaceName(stored: "e\u{301}"), at: later)
    #expect(workspace.version == 6)
    #expect(workspace.recordedEvents.count == 2)
  }

  @Test func `a clock that was set back makes no workspace older than its last change`() {
    var workspace = stored()
    workspace.rename(to: WorkspaceName(stored: "new"), at: Timestamp(milliseconds: 1))
    #expect(workspace.updatedAt == earlier)
    #expect(workspace.version == 5)
  }

  @Test func `deleting records the last name`() throws {
    var workspace = stored()
    workspace.rename(to: WorkspaceName(stored: "new"), at: later)
    try workspace.delete(at: later)
    #expect(workspace.recordedEvents.last == event(.deleted(name: WorkspaceName(stored: "new")), at: later))
    #expect(workspace.recordedEvents.count == 2)
  }

  @Test func `a root is never deleted and records nothing of the attempt`() {
    var root = stored(parentID: nil)
    #expect(throws: Workspace.CannotDeleteRoot()) { try root.delete(at: later) }
    #expect(root == stored(parentID: nil))
  }

  @Test func `recorded events are handed out once, oldest first`() throws {
    var workspace = stored()
    workspace.rename(to: WorkspaceName(stored: "b"), at: later)
    workspace.rename(to: WorkspaceName(stored: "c"), at: later)
    let taken = workspace.takeRecordedEvents()
    #expect(
      taken.map(\.change) == [
        .renamed(oldName: WorkspaceName(stored: "old"), name: WorkspaceName(stored: "b")),
        .renamed(oldName: WorkspaceName(stored: "b"), name: WorkspaceName(stored: "c")),
      ])
    #expect(workspace.takeRecordedEvents().isEmpty)
    #expect(workspace.recordedEvents.isEmpty)
  }
}
