package import Messaging

extension RabbitMQError: PublishingError {
  package var obstacle: PublishingObstacle? {
    switch self {
    case .unroutable: .unroutable
    case .unpublishable: .unpublishable
    case .messageRefused: .refused
    default: nil
    }
  }

  package var leavesOutcomeOpen: Bool {
    // A broker that closes the channel, because the exchange is missing or forbidden, takes nothing.
    if case .channelClosed = self { false } else { obstacle == nil }
  }
}
