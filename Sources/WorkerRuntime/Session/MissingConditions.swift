package import UnitOfWork

/// What work needs to flow.
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
  /// The last batch, or the last sign of life of both servers, is fresh.
  case heartbeat
  /// Nothing of a worker before this one is left to be published.
  case outbox
  /// This process itself: it is starting, draining, or has met an error of its own.
  case worker
}

/// Which conditions don't hold, and why. No secrets: it is shown to whoever asks.
package struct MissingConditions: Error, Sendable, Equatable {
  package private(set) var reasons: [Condition: String]
  /// The errors behind them, for those who decide by their type.
  package let errors: [any Error]

  package init(_ reasons: [Condition: String], errors: [any Error] = []) {
    self.reasons = reasons
    self.errors = errors
  }

  package init(_ condition: Condition, _ reason: String) { self.init([condition: reason]) }

  /// What `error` says is missing: by itself where it can tell, else it is this process's own.
  package init(_ error: any Error) {
    switch error {
    case let conditions as MissingConditions: self = conditions
    case let error as any ConditionalError: self.init([error.condition: "\(error)"], errors: [error])
    default: self.init([.worker: "\(error)"], errors: [error])
    }
  }

  /// All that any of `errors` says is missing.
  package init(all errors: [any Error]) {
    let all = errors.map { MissingConditions($0) }
    self.init(
      all.reduce(into: [:]) { reasons, one in reasons.merge(one.reasons) { first, _ in first } },
      errors: all.flatMap(\.errors))
  }

  package static func == (lhs: Self, rhs: Self) -> Bool { lhs.reasons == rhs.reasons }
}

extension MissingConditions: CustomStringConvertible {
  package var description: String {
    reasons.sorted { $0.key.rawValue < $1.key.rawValue }.map(\.value).joined(separator: "; ")
  }
}

/// An error that knows which condition does not hold because of it.
package protocol ConditionalError: Error {
  var condition: Condition { get }
}

extension UnitOfWorkError: ConditionalError {
  package var condition: Condition { .database }
}
