import Messaging
import RabbitMQClient
import Testing

@Suite struct PublishingObstacleTests {
  @Test(arguments: [
    (RabbitMQError.unroutable([]), PublishingObstacle?.some(.unroutable)),
    (.unpublishable(reason: "large"), .unpublishable),
    (.messageRefused, .refused), (.connectionLost(reason: "cut"), nil),
    (.timedOut(operation: "waiting", limit: .seconds(1)), nil), (.closed, nil),
  ])
  func `only a message that is certainly in no queue has an obstacle`(
    error: RabbitMQError, obstacle: PublishingObstacle?
  ) {
    #expect(error.obstacle == obstacle)
  }
}
