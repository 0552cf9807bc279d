/// An error of a publisher or a confirmation that may say more about the message it was thrown for.
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
  /// The broker does not take it now, for example because a queue is full.
  case refused
}
