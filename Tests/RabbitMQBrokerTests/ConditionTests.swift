import Messaging
import RabbitMQBroker
import RabbitMQClient
import Testing
import WorkerRuntime

/// What operators are told is missing, depending on the broker's error.
@Suite struct ConditionTests {
  @Test(arguments: [
    (RabbitMQError.channelClosed(code: .notFound, text: "no queue"), Condition.topology),
    (.unroutable([]), .topology),
    (.channelClosed(code: .preconditionFailed, text: "delivery acknowledgement timed out"), .consumer),
    (
      .channelClosed(
        code: .preconditionFailed, text: "message size 1200000 is larger than configured max size 1048576"), .broker
    ),
    (.consumerCancelled(queue: "q"), .consumer),
    (.overflowed(queue: "q"), .consumer),
    (.channelClosed(code: .accessRefused, text: "no"), .broker),
    (.connectionLost(reason: "cut"), .broker),
    (.closed, .broker),
  ])
  func `an error of the broker tells which condition is missing`(error: RabbitMQError, condition: Condition) {
    #expect(MissingConditions(error) == MissingConditions(condition, "\(error)"))
  }

  @Test(arguments: [
    (RabbitMQError.unreachable(endpoint: "h:1", reason: "refused"), true),
    (.exhausted(reason: "no descriptor left"), true),
    (.timedOut(operation: "connecting", limit: .seconds(1)), false),
    (.loginRefused(code: .accessRefused, text: "no"), false),
    (.tlsRefused(endpoint: "h:1", reason: "certificate"), false), (.connectionLost(reason: "cut"), false),
  ])
  func `a broker is absent if nothing listens, or if this process has no descriptor left`(
    error: RabbitMQError, isAway: Bool
  ) {
    #expect(error.meansUnreachable == isAway)
    #expect(MissingConditions(error).absent == (isAway ? [.broker] : []))
  }

  @Test func `the claim of a queue is named after it, even if its name has the maximum length`() throws {
    #expect(BrokerNames.publishingClaim(of: "workspace.commands") == "workspace.commands.publisher")
    let longest = try #require(ShortString(String(repeating: "q", count: ShortString.maximumBytes)))
    let claim = BrokerNames.publishingClaim(of: longest)
    #expect(claim.bytes.count == ShortString.maximumBytes && claim.text?.hasSuffix("q.publisher") == true)
  }
}
