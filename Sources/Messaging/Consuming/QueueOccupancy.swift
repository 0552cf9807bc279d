/// Whether a queue has a consumer.
package enum QueueOccupancy: Sendable, Equatable {
  /// It has none, and the messages that earlier consumers had not acknowledged are back in their place.
  case vacant
  case consumed
  /// The broker can't tell at the moment, with the reason; no secrets.
  case unknown(String)
}
