/// Whether anybody consumes a queue.
package enum QueueOccupancy: Sendable, Equatable {
  /// Nobody does, and what earlier consumers had not acknowledged is back in its place.
  case vacant
  case consumed
  /// The broker can't tell at the moment, with the reason; no secrets.
  case unknown(String)
}
