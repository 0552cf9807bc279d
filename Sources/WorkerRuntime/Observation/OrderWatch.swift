package import Messaging

/// Detects deliveries that did not come in the order in which they were sent, as far as that is visible.
package struct OrderWatch: Sendable {
  /// Why a message came out of order.
  package enum Disturbance: String, Sendable, CaseIterable {
    /// RabbitMQ 4 puts messages with a priority above 4 before others.
    /// https://www.rabbitmq.com/docs/quorum-queues#priorities
    case priority
    /// Another client took it and put it back behind others: "get messages" in the management UI, or another consumer.
    case returnedLate = "returned_late"
    /// The broker removed it from the queue after too many deliveries.
    case deliveryLimit = "delivery_limit"
  }

  private static let highestUsualPriority: UInt8 = 4
  /// The pause between two log lines about one sender.
  private static let pause: Duration = .seconds(60)
  /// Senders beyond this number are not distinguished.
  private static let maximumSenders = 1000

  private let honoursPriorities: Bool
  private var hasSeenFresh = false
  private var told: [String: ContinuousClock.Instant] = [:]

  /// - Parameter honoursPriorities: whether the broker delivers by priority, as RabbitMQ does from 4 on.
  package init(honoursPriorities: Bool) { self.honoursPriorities = honoursPriorities }

  /// Why the session's next delivery is out of order; nil, as usual, if it is not.
  package mutating func disturbance(_ delivery: Delivery) -> Disturbance? {
    defer { if !delivery.isRedelivered { hasSeenFresh = true } }
    if honoursPriorities, let priority = delivery.properties.priority, priority > Self.highestUsualPriority {
      return .priority
    }
    // The session itself returns no messages, and those returned before it began are delivered first.
    return delivery.isRedelivered && hasSeenFresh ? .returnedLate : nil
  }

  /// Whether to log about `sender` now: once a minute.
  package mutating func shouldLog(_ disturbance: Disturbance, of sender: String, at now: ContinuousClock.Instant = .now)
    -> Bool
  {
    if told.count >= Self.maximumSenders { told = told.filter { now - $0.value < Self.pause } }
    let key = told.count < Self.maximumSenders ? "\(disturbance.rawValue)/\(sender)" : disturbance.rawValue
    if let last = told[key], now - last < Self.pause { return false }
    told[key] = now
    return true
  }
}
