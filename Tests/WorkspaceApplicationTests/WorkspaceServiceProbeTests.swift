import TestFixtures
import Testing
import WorkspaceApplication
import WorkspaceDomain

@Suite struct WorkspaceServiceProbeTests {
  private static func context(_ id: String) -> CommandContext {
    CommandContext(key: CommandKey(tenantID: .sample(1), source: "/test", id: id))
  }

  @Test(
    arguments: [
      (.createRoot(name: "new", id: nil), [.creationFailed(.rootWorkspaceExists)]),
      (.create(name: "new", parentID: .sample(10), id: .sample(77)), [.created(.sample(77), isRoot: false)]),
      (
        .create(name: "new", parentID: .sample(99), id: nil),
        [.notFound(.sample(99)), .creationFailed(.parentWorkspaceNotFound(.sample(99)))]
      ),
      (
        .create(name: "new", parentID: .sample(20), id: nil),
        [.accessDenied(.sample(20)), .creationFailed(.unauthorizedParent(.sample(20)))]
      ),
      (.create(name: "new", parentID: .sample(10), id: .sample(21)), [.creationFailed(.duplicateWorkspaceID)]),
      (
        .rename(id: .sample(12), name: "new"),
        [.renamed(.sample(12), from: WorkspaceName(stored: "b"), to: WorkspaceName(stored: "new"), version: 4)]
      ),
      (.rename(id: .sample(12), name: "a"), [.renameFailed(.sample(12), .duplicateWorkspaceName)]),
      (
        .rename(id: .sample(99), name: "new"),
        [.notFound(.sample(99)), .renameFailed(.sample(99), .workspaceNotFound(.sample(99)))]
      ),
      (
        .rename(id: .sample(21), name: "new"),
        [.accessDenied(.sample(21)), .renameFailed(.sample(21), .unauthorized(.sample(21)))]
      ),
      (.delete(id: .sample(13)), [.deleted(.sample(13))]),
      (.delete(id: .sample(11)), [.deletionFailed(.sample(11), .workspaceHasChildren)]),
      (.delete(id: .sample(10)), [.deletionFailed(.sample(10), .cannotDeleteRootWorkspace)]),
      (
        .delete(id: .sample(99)),
        [.notFound(.sample(99)), .deletionFailed(.sample(99), .workspaceNotFound(.sample(99)))]
      ),
      (
        .delete(id: .sample(20)),
        [.accessDenied(.sample(20)), .deletionFailed(.sample(20), .unauthorized(.sample(20)))]
      ),
      (.get(id: .sample(12)), [.retrieved(.sample(12))]),
      (.get(id: .sample(99)), [.notFound(.sample(99))]),
      (.get(id: .sample(20)), [.accessDenied(.sample(20))]),
      (.list(limit: 2, after: nil), [.listed(count: 2)]),
    ] as [(any WorkspaceCommand, [WorkspaceObservation])])
  func `the probe is told what happened, and whether a workspace is missing or another tenant's`(
    command: any WorkspaceCommand, expected: [WorkspaceObservation]
  ) {
    let fixture = ServiceFixture(userID: nil, [command])
    _ = fixture.run(command)
    #expect(fixture.probe.observations.isEmpty, "nothing is reported before the commit")
    #expect(fixture.commit() == expected)
    #expect(fixture.commit() == expected, "a second flush adds nothing")
  }

  @Test(
    arguments: [
      ("alice", .rename(id: .sample(12), name: "new"), [.permissionGranted(.manage, on: .workspace(.sample(12)))]),
      ("alice", .get(id: .sample(12)), [.permissionGranted(.view, on: .workspace(.sample(12)))]),
      (
        "alice", .move(id: .sample(12), parentID: .sample(11)),
        [
          .permissionGranted(.view, on: .workspace(.sample(12))),
          .permissionGranted(.manage, on: .workspace(.sample(12))),
          .permissionGranted(.createChild, on: .workspace(.sample(11))),
        ]
      ),
      ("mallory", .rename(id: .sample(12), name: "new"), [.permissionDenied(.manage, on: .workspace(.sample(12)))]),
      ("mallory", .get(id: .sample(12)), [.permissionDenied(.view, on: .workspace(.sample(12)))]),
      (
        "mallory", .create(name: "new", parentID: .sample(11), id: nil),
        [.permissionDenied(.view, on: .workspace(.sample(11)))]
      ),
      ("mallory", .get(id: .sample(99)), []), (nil, .get(id: .sample(12)), []),
    ] as [(String?, any WorkspaceCommand, [WorkspaceObservation])])
  func `each decision about a user's command is reported once`(
    user: String?, command: any WorkspaceCommand, expected: [WorkspaceObservation]
  ) {
    let fixture = ServiceFixture(userID: user, [command])
    _ = fixture.run(command)
    #expect(fixture.commit().filter(\.isDecision) == expected)
  }

  @Test func `observations of several commands come in order, each with its command`() {
    let observations = DeferredObservations()
    let probe = RecordingProbe()
    for id in ["one", "two", "three"] {
      observations.observe(.notFound(.sample(1)), of: Self.context(id))
      observations.observe(.listed(count: 3), of: Self.context(id))
    }
    observations.flush(to: probe)
    #expect(probe.commandIDs == ["one", "one", "two", "two", "three", "three"])
    #expect(
      probe.observations == Array(repeating: [.notFound(.sample(1)), .listed(count: 3)], count: 3).flatMap { $0 })
  }

  @Test func `rolled-back observations are never reported`() {
    let probe = RecordingProbe()
    do {
      let rolledBack = DeferredObservations()
      rolledBack.observe(.deleted(.sample(1)), of: Self.context("x"))
    }
    let observations = DeferredObservations()
    observations.observe(.retrieved(.sample(2)), of: Self.context("x"))
    observations.flush(to: probe)
    #expect(probe.observations == [.retrieved(.sample(2))])
  }
}
