package import DeliveryPipeline

/// What the exchanges and queues of the worker are called.
package struct TopologyNames: Sendable, Equatable {
  /// Upstream publishes commands here. Default: `workspace.commands`.
  package var commandsExchange: ShortString = "workspace.commands"
  /// The worker consumes commands from here. Default: `workspace.commands`.
  package var commandsQueue: ShortString = "workspace.commands"
  /// Default: `workspace.results`.
  package var resultsExchange: ShortString = "workspace.results"
  /// Default: `workspace.events`.
  package var eventsExchange: ShortString = "workspace.events"
  /// Where commands go that nobody could process. Default: `workspace.dead-letters`.
  package var deadLettersExchange: ShortString = "workspace.dead-letters"
  /// Default: `workspace.commands.dead`.
  package var deadCommandsQueue: ShortString = "workspace.commands.dead"

  package init() {}
}
