package import UnitOfWork

/// A condition that work needs.
package enum Condition: String, Sendable, Hashable, CaseIterable {
  /// A connection to RabbitMQ that takes messages.
  case broker
  /// A session with PostgreSQL.
  case database
  /// The schema that this version needs.
  case migrations
  /// The exchanges and queues.
  case topology
  /// The broker knows of a consumer of the commands.
  case consumer
  /// The last batch, or the last answer of the database, is recent.
  case heartbeat
  /// The service that decides permissions, if the worker does not decide them itself.
  case authorization
  /// No messages of an earlier worker are left to be published.
  case outbox
  /// This process itself: it is starting, draining, or has met an error of its own.
  case worker
}

/// An error that knows which condition does not hold because of it.
package protocol ConditionalError: Error {
  var condition: Condition { get }
  /// Whether the server was merely absent or still starting, or this process lacked something to reach it with, such as
  /// descriptors: another attempt costs the server nothing, and once it answers there is nothing else to wait for.
  /// Default: false.
  var meansUnreachable: Bool { get }
}

extension ConditionalError {
  package var meansUnreachable: Bool { false }
}

extension UnitOfWorkError: ConditionalError {
  package var condition: Condition { .database }
}

extension ReplicaError: ConditionalError {
  package var condition: Condition { .authorization }
}
