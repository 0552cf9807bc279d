/// What a check has found.
struct Finding: Encodable, Sendable {
  enum Status: String, Encodable, Comparable, Sendable {
    case ok, warning, problem

    private var weight: Int {
      switch self {
      case .ok: 0
      case .warning: 1
      case .problem: 2
      }
    }

    static func < (lhs: Status, rhs: Status) -> Bool { lhs.weight < rhs.weight }
  }

  /// Such as `broker.topology`.
  let check: String
  let status: Status
  /// No secrets.
  let detail: String
  /// What to do about it; nil where there is nothing to do.
  let remedy: String?

  static func ok(_ check: String, _ detail: String) -> Finding {
    Finding(check: check, status: .ok, detail: detail, remedy: nil)
  }

  static func warning(_ check: String, _ detail: String, remedy: String) -> Finding {
    Finding(check: check, status: .warning, detail: detail, remedy: remedy)
  }

  static func problem(_ check: String, _ detail: String, remedy: String) -> Finding {
    Finding(check: check, status: .problem, detail: detail, remedy: remedy)
  }
}
