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
}
