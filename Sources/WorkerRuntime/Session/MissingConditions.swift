/// Which conditions don't hold, and why. No secrets: it is public.
package struct MissingConditions: Error, Sendable, Equatable {
  package private(set) var reasons: [Condition: String]
  /// The underlying errors, for decisions by type.
  package let errors: [any Error]

  package init(_ reasons: [Condition: String], errors: [any Error] = []) {
    self.reasons = reasons
    self.errors = errors
  }

  package init(_ condition: Condition, _ reason: String) { self.init([condition: reason]) }

  /// What is missing according to `error`; an error that doesn't say counts as this process's own.
  package init(_ error: any Error) {
    switch error {
    case let conditions as MissingConditions: self = conditions
    case let error as any ConditionalError: self.init([error.condition: "\(error)"], errors: [error])
    default: self.init([.worker: "\(error)"], errors: [error])
    }
  }

  /// Everything that is missing according to any of `errors`.
  package init(all errors: [any Error]) {
    let all = errors.map { MissingConditions($0) }
    self.init(
      all.reduce(into: [:]) { reasons, one in reasons.merge(one.reasons) { first, _ in first } },
      errors: all.flatMap(\.errors))
  }

  /// The absent servers, if nothing else is wrong.
  package var absent: Set<Condition> {
    let absent = Set(errors.compactMap { $0 as? any ConditionalError }.filter(\.meansUnreachable).map(\.condition))
    return absent == Set(reasons.keys) ? absent : []
  }

  package static func == (lhs: Self, rhs: Self) -> Bool { lhs.reasons == rhs.reasons }
}

extension MissingConditions: CustomStringConvertible {
  package var description: String {
    reasons.sorted { $0.key.rawValue < $1.key.rawValue }.map(\.value).joined(separator: "; ")
  }
}
