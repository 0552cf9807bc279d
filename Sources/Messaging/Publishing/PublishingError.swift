/// An error of a publisher or a confirmation that may say why a message is in no queue.
package protocol PublishingError: Error {
  /// Why the message is certainly in no queue; nil if it may be in one.
  var obstacle: PublishingObstacle? { get }
  /// Whether messages without a confirm may be in their queues.
  var leavesOutcomeOpen: Bool { get }
}

extension PublishingError {
  package var leavesOutcomeOpen: Bool { obstacle == nil }
}

/// Why a message is certainly in no queue.
package enum PublishingObstacle: Sendable, Equatable {
  /// No queue takes it: the broker returned it.
  case unroutable
  /// Its properties exceed a frame of the connection, or are malformed.
  case unpublishable
  /// The broker refused it for now, for example because a queue is full.
  case refused
}
