import TestFixtures
import Testing
import WorkspaceApplication
import WorkspaceDomain

@Suite struct WorkspaceServiceProbeTests {
  typealias Verb = RecordingProbe.Verb

  @Test("the probe hears what happened, and tells another tenant's workspace from a missing one", arguments: [
    (.createRoot(name: "new", id: nil), [.creationFailed(.rootWorkspaceExists)]),
    (.create(name: "new", parentID: .sample(10), id: .sample(77)), [.created(.sample(77))]),
    (.create(name: "new", parentID: .sample(99), id: nil), [.notFound(.sample(99)), .creationFailed(.parentWorkspaceNotFound(.sample(99)))]),
    (.create(name: "new", parentID: .sample(20), id: nil), [.accessDenied(.sample(20)), .creationFailed(.unauthorizedParent(.sample(20)))]),
    (.create(name: "new", parentID: .sample(10), id: .sample(21)), [.creationFailed(.duplicateWorkspaceID)]),
    (.rename(id: .sample(12), name: "new"), [.renamed(.sample(12), from: "b", to: "new")]),
    (.rename(id: .sample(12), name: "a"), [.renameFailed(.sample(12), .duplicateWorkspaceName)]),
    (.rename(id: .sample(99), name: "new"), [.notFound(.sample(99)), .renameFailed(.sample(99), .workspaceNotFound(.sample(99)))]),
    (.rename(id: .sample(21), name: "new"), [.accessDenied(.sample(21)), .renameFailed(.sample(21), .unauthorized(.sample(21)))]),
    (.delete(id: .sample(13)), [.deleted(.sample(13))]),
    (.delete(id: .sample(11)), [.deletionFailed(.sample(11), .workspaceHasChildren)]),
    (.delete(id: .sample(10)), [.deletionFailed(.sample(10), .cannotDeleteRootWorkspace)]),
    (.delete(id: .sample(99)), [.notFound(.sample(99)), .deletionFailed(.sample(99), .workspaceNotFound(.sample(99)))]),
    (.delete(id: .sample(20)), [.accessDenied(.sample(20)), .deletionFailed(.sample(20), .unauthorized(.sample(20)))]),
    (.get(id: .sample(12)), [.retrieved(.sample(12))]),
    (.get(id: .sample(99)), [.notFound(.sample(99))]),
    (.get(id: .sample(20)), [.accessDenied(.sample(20))]),
    (.list(limit: 2, after: nil), [.listed(count: 2)]),
  ] as [(WorkspaceCommand, [Verb])])
  func verbs(command: WorkspaceCommand, verbs: [Verb]) {
    let fixture = ServiceFixture([command])
    _ = fixture.run(command)
    #expect(fixture.probe.observations.isEmpty, "before the unit of work has committed")
    #expect(fixture.commit() == verbs)
    #expect(fixture.commit() == verbs, "a second flush has nothing to add")
  }

  @Test("observations of several commands come in order, each with its command")
  func order() {
    let observations = DeferredObservations()
    let probe = RecordingProbe()
    for id in ["one", "two", "three"] {
      let context = CommandContext(key: CommandKey(source: "/test", id: id), tenantID: .sample(1))
      observations.probe(for: ObservationContext(context)).workspaceNotFound(.sample(1))
      observations.probe(for: ObservationContext(context)).workspacesListed(count: 3)
    }
    observations.flush(to: probe)
    #expect(probe.observations.map(\.commandID) == ["one", "one", "two", "two", "three", "three"])
    #expect(probe.verbs == Array(repeating: [.notFound(.sample(1)), .listed(count: 3)], count: 3).flatMap { $0 })
  }

  @Test("what was rolled back is never reported")
  func rollback() {
    let probe = RecordingProbe()
    let context = ObservationContext(CommandContext(key: CommandKey(source: "/test", id: "x"), tenantID: .sample(1)))
    do {
      let rolledBack = DeferredObservations()
      rolledBack.probe(for: context).workspaceDeleted(.sample(1))
    }
    let observations = DeferredObservations()
    observations.probe(for: context).workspaceRetrieved(.sample(2))
    observations.flush(to: probe)
    #expect(probe.verbs == [.retrieved(.sample(2))])
  }

  @Test("a deferred probe that is bound again reports to the same place with the other command")
  func boundAgain() {
    let observations = DeferredObservations()
    let probe = RecordingProbe()
    let contexts = ["one", "two"].map {
      ObservationContext(CommandContext(key: CommandKey(source: "/test", id: $0), tenantID: .sample(1)))
    }
    observations.probe(for: contexts[0]).bound(to: contexts[1]).workspaceDeleted(.sample(1))
    #expect(probe.observations.isEmpty)
    observations.flush(to: probe)
    #expect(probe.observations.map(\.commandID) == ["two"])
  }
}
