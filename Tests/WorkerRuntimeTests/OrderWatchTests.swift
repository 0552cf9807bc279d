import Messaging
import Testing
import WorkerRuntime

@Suite struct OrderWatchTests {
  private func delivery(_ number: UInt64, priority: UInt8? = nil, isRedelivered: Bool = false) -> Delivery {
    var properties = MessageProperties()
    properties.priority = priority
    return Delivery(
      tag: DeliveryTag(generation: 1, number: number), isRedelivered: isRedelivered, exchange: "e", routingKey: "k",
      properties: properties, body: [])
  }

  /// A macro can't inspect the result of a mutating call.
  private func expect(
    _ found: OrderWatch.Disturbance?, _ expected: OrderWatch.Disturbance?,
    at location: SourceLocation = #_sourceLocation
  ) {
    #expect(found == expected, sourceLocation: location)
  }

  @Test func `redeliveries at the start of a session are in order, and later ones were returned by somebody else`() {
    var order = OrderWatch(honoursPriorities: false)
    expect(order.disturbance(delivery(1, isRedelivered: true)), nil)
    expect(order.disturbance(delivery(2)), nil)
    expect(order.disturbance(delivery(3, isRedelivered: true)), .returnedLate)
  }

  @Test func `a high priority disturbs the order if the broker honours it`() {
    var today = OrderWatch(honoursPriorities: true)
    let priorities: [UInt8?] = [nil, 0, 4, 5, 255]
    let found = priorities.map { today.disturbance(delivery(1, priority: $0)) }
    #expect(found == [nil, nil, nil, .priority, .priority])
    var before = OrderWatch(honoursPriorities: false)
    expect(before.disturbance(delivery(1, priority: 255)), nil)
  }

  @Test func `each sender is reported once a minute`() {
    var order = OrderWatch(honoursPriorities: true)
    let start = ContinuousClock.now
    let times: [(OrderWatch.Disturbance, String, Int)] = [
      (.priority, "a", 0), (.priority, "a", 59), (.priority, "b", 59), (.returnedLate, "a", 59), (.priority, "a", 60),
    ]
    let news = times.map { cause, sender, second in order.shouldLog(cause, of: sender, at: start + .seconds(second)) }
    #expect(news == [true, false, true, true, true])
  }

  @Test func `the memory of senders is bounded, however many there are`() {
    var order = OrderWatch(honoursPriorities: true)
    let start = ContinuousClock.now
    let news = (0..<5000).count { order.shouldLog(.priority, of: "\($0)", at: start) }
    #expect(news == 1001)
  }
}
