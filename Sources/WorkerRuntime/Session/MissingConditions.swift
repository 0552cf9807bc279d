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
