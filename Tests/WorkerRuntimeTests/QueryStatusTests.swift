import Testing

@testable import WorkerRuntime

@Suite struct QueryStatusTests {
  private let status = QueryStatus()

  @Test func `queries are answered while they are consumed and a replica or the primary is connected`() {
    #expect(status.problem == "the query lane has just started")
    status.consuming(nil)
    #expect(status.problem == "not connected to the database yet")
    status.failed(.replica, "no replica")
    #expect(status.problem == "no replica")
    status.failed(.primary, "no primary")
    #expect(status.problem == "no replica; the primary: no primary")
    status.opened(.primary)
    #expect(status.problem == nil)
    #expect(status.summary == "answered by the primary, after queries.wait: no replica")
    status.opened(.replica)
    #expect(status.problem == nil && status.summary == "answered")
    status.closed(.primary)
    #expect(status.problem == nil && status.summary == "answered")
    status.consuming("no queue")
    #expect(status.problem == "no queue" && status.summary == "no queue")
  }

  @Test func `what is wrong with one server for both is said once`() {
    status.consuming(nil)
    for side in QuerySide.allCases { status.failed(side, "away") }
    #expect(status.problem == "away" && status.summary == "away")
  }

  @Test func `the lag stays until the last connection to a replica ends`() {
    status.opened(.replica)
    status.opened(.replica)
    status.opened(.primary)
    status.note(lag: .seconds(5))
    status.closed(.primary)
    status.closed(.replica)
    #expect(status.lag == Duration.seconds(5))
    status.closed(.replica)
    #expect(status.lag == nil)
  }
}
