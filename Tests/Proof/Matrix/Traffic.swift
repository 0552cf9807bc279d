import Messaging

/// How commands are sent, and how results and events are published.
package enum Traffic: String, CaseIterable, Sendable {
  /// One in each message.
  case single
  /// Several in each message.
  case batches

  /// The settings of the workers. The prefetch admits a similar number of commands in both cases, few enough that a
  /// failpoint is passed several times.
  var environment: [String: String] {
    self == .single
      ? ["AMQP_PREFETCH": "64"]
      : ["AMQP_PREFETCH": "4", "PUBLISHING_RESULTS": "batch", "PUBLISHING_EVENTS": "batch"]
  }

  /// The exchange to which results are published.
  var resultsExchange: ShortString { self == .single ? "workspace.results" : "workspace.results.batches" }
  /// The exchange to which events are published.
  var eventsExchange: ShortString { self == .single ? "workspace.events" : "workspace.events.batches" }
}
