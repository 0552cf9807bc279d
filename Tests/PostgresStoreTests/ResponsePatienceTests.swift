import PostgresClient
import Testing

@testable import PostgresStore

@Suite struct ResponsePatienceTests {
  private let patience: ResponsePatience = {
    var configuration = PostgresConfiguration(url: "")
    configuration.responseTimeout = .seconds(10)
    configuration.statementTimeout = .seconds(8)
    return ResponsePatience(configuration)
  }()

  private func complete(reading: Duration, writing: Duration) {
    patience.began()
    patience.answered(after: reading)
    patience.answered(after: writing)
    patience.completed()
  }

  @Test func `after a timeout the server gets the time to cancel each statement itself`() {
    #expect(patience.limit(statements: 5) == .seconds(10))
    patience.ranOut()
    #expect(patience.limit(statements: 5) == .seconds(48))
    #expect(patience.limit(statements: 0) == .seconds(10), "never less than usual")
  }

  @Test func `a round trip waits until its answer is overdue`() {
    #expect(!patience.isWaiting)
    patience.waits(atMost: .seconds(10))
    #expect(patience.isWaiting)
    patience.ended()
    #expect(!patience.isWaiting)
    patience.waits(atMost: .zero)
    #expect(!patience.isWaiting, "overdue")
  }

  @Test func `while either reading or writing is slow, waits stay long`() {
    patience.ranOut()
    patience.began()
    patience.answered(after: .milliseconds(1))
    #expect(patience.limit(statements: 5) == .seconds(48), "the writing is still to come")
    complete(reading: .milliseconds(1), writing: .seconds(9))
    #expect(patience.limit(statements: 5) == .seconds(48))
    complete(reading: .seconds(9), writing: .milliseconds(1))
    #expect(patience.limit(statements: 5) == .seconds(48))
    complete(reading: .milliseconds(1), writing: .seconds(4))
    #expect(patience.limit(statements: 5) == .seconds(10))
  }
}
