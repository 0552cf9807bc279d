/// The names of the worker's exchanges and queues.
package struct BrokerNames: Sendable, Equatable {
  /// Upstream services publish commands here. Default: `workspace.commands`.
  package var commandsExchange: ShortString = "workspace.commands"
  /// The worker consumes commands from here. Default: `workspace.commands`.
  package var commandsQueue: ShortString = "workspace.commands"
  /// Default: `workspace.results`.
  package var resultsExchange: ShortString = "workspace.results"
  /// Default: `workspace.events`.
  package var eventsExchange: ShortString = "workspace.events"
  /// Results that are published in batches. Default: `workspace.results.batches`.
  package var resultBatchesExchange: ShortString = "workspace.results.batches"
  /// Events that are published in batches. Default: `workspace.events.batches`.
  package var eventBatchesExchange: ShortString = "workspace.events.batches"
  /// Announcements of dead letters. Default: `workspace.dead-letters`.
  package var deadLettersExchange: ShortString = "workspace.dead-letters"
  /// Messages that the broker itself dead-letters. Default: `workspace.commands.dead`.
  package var deadLettersQueue: ShortString = "workspace.commands.dead"
  /// Clients publish queries here. Default: `workspace.queries`.
  package var queriesExchange: ShortString = "workspace.queries"
  /// Workers consume queries from here. Default: `workspace.queries`.
  package var queriesQueue: ShortString = "workspace.queries"

  package init() {}
}
