import Messaging

/// How commands come, and results and events go.
package enum Traffic: String, CaseIterable, Sendable {
  /// Each as a message of its own.
  case single
  /// Several in a message.
  case batches

  /// The settings of the workers. As many commands at a time in either case, so that a failpoint is passed several
  /// times.
  var environment: [String: String] {
    self == .single
      ? ["AMQP_PREFETCH": "64"]
      : ["AMQP_PREFETCH": "4", "PUBLISHING_RESULTS": "batch", "PUBLISHING_EVENTS": "batch"]
  }

  /// Where results go.
  var resultsExchange: ShortString { self == .single ? "workspace.results" : "workspace.results.batches" }
  /// Where events go.
  var eventsExchange: ShortString { self == .single ? "workspace.events" : "workspace.events.batches" }
}
