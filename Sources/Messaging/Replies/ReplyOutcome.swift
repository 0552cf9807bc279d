/// The outcome of a reply.
package enum ReplyOutcome: String, Sendable, CaseIterable {
  /// The broker has confirmed it.
  case delivered
  /// Its queue refused it (`basic.nack`), for example a full one with `x-overflow=reject-publish`.
  case refused
  /// The queue no longer exists.
  case unroutable
  /// No confirm came in time, or there was no room or no connection to send it.
  case timedOut = "timed_out"
  /// Its queue recently failed to confirm in time, and is suspended for now.
  case suspended
  /// Too many replies are already waiting, for this queue or for all.
  case overflowed
  /// Its properties exceed a frame of the connection, or are malformed.
  case unpublishable
}
