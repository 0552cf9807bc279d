/// What came of a reply.
package enum ReplyOutcome: String, Sendable, CaseIterable {
  /// The broker has confirmed it.
  case delivered
  /// Its queue took no more (`basic.nack`), such as a full one with `x-overflow=reject-publish`.
  case refused
  /// There is no such queue any more.
  case unroutable
  /// No confirm came in time, or there was no room or no connection to send it.
  case timedOut = "timed_out"
  /// Its queue has confirmed nothing a short while ago, and is left alone for now.
  case suspended
  /// Too many replies wait already, to this queue or to all.
  case overflowed
  /// It does not fit a frame of the connection.
  case unpublishable
}
