import SpiceDBClient
import TestFixtures
import Testing
import WorkspaceApplication
import WorkspaceDomain

@testable import SpiceDBAuthorization

@Suite struct CheckItemTests {
  @Test func `a question uses the terms of the schema`() {
    let question = AccessQuestion(
      tenantID: .sample(1), userID: UserID(stored: "a.b"), permission: .createChild, resource: .workspace(.sample(2)))
    #expect(
      CheckItem(question)
        == CheckItem(
          resource: SpiceDBObject(type: "workspace", id: "\(WorkspaceID.sample(2))"), permission: "create_child",
          subject: SpiceDBSubject(type: "user", id: "a=2Eb")))
  }

  private func items(_ count: Int, user: String = "u") -> [CheckItem] {
    (0..<count).map { number in
      CheckItem(
        resource: SpiceDBObject(type: "workspace", id: "\(number)"), permission: "view",
        subject: SpiceDBSubject(type: "user", id: user))
    }
  }

  @Test(arguments: [(0, []), (1, [1]), (10_000, [10_000]), (10_001, [10_000, 1]), (25_000, [10_000, 10_000, 5_000])])
  func `a call has 10,000 items at most`(count: Int, sizes: [Int]) {
    let items = items(count)
    let calls = CheckItem.calls(items)
    #expect(calls.map(\.count) == sizes)
    #expect(calls.flatMap { $0 } == items)
  }

  @Test func `a call with long ids has fewer`() {
    let items = items(10_000, user: String(repeating: "u", count: 1024))
    let calls = CheckItem.calls(items)
    #expect(calls.count == 3)
    #expect(calls.flatMap { $0 } == items)
    #expect(calls.allSatisfy { $0.count * 1100 < SpiceDBLimits.requestBytes })
  }
}
