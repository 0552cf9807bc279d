/// An error of a publisher, or of a confirmation, that may say more of the message it was thrown for.
package protocol PublishingError: Error {
  /// Why the message is in no queue; nil: it may be in one.
  var obstacle: PublishingObstacle? { get }
}

/// Why a message is certainly in no queue.
package enum PublishingObstacle: Sendable, Equatable {
  /// No queue takes it.
  case unroutable
  /// It can't be put into frames.
  case unpublishable
  /// The broker takes it not now, such as for a full queue.
  case refused
}
