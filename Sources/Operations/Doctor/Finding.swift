/// Examines something that a worker needs.
package protocol Examination: Sendable {
  /// Never throws: an obstacle to the examination is itself a finding.
  func findings() async -> [Finding]
}

/// The result of a check.
package struct Finding: Encodable, Sendable, Equatable {
  package enum Status: String, Encodable, Comparable, Sendable {
    case ok, warning, problem

    private var weight: Int {
      switch self {
      case .ok: 0
      case .warning: 1
      case .problem: 2
      }
    }

    package static func < (lhs: Status, rhs: Status) -> Bool { lhs.weight < rhs.weight }
  }

  /// The name of the check, such as `broker.topology`.
  package let check: String
  package let status: Status
  /// The result in words, without secrets.
  package let detail: String
  /// What to do about it; nil if there is nothing to do.
  package let remedy: String?

  package static func ok(_ check: String, _ detail: String) -> Finding {
    Finding(check: check, status: .ok, detail: detail, remedy: nil)
  }

  package static func warning(_ check: String, _ detail: String, remedy: String) -> Finding {
    Finding(check: check, status: .warning, detail: detail, remedy: remedy)
  }

  package static func problem(_ check: String, _ detail: String, remedy: String) -> Finding {
    Finding(check: check, status: .problem, detail: detail, remedy: remedy)
  }
}
