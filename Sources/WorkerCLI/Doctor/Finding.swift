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

/// What `doctor` prints.
struct DoctorReport: Encodable {
  /// The worst of the findings.
  let status: Finding.Status
  let checks: [Finding]

  init(_ findings: [Finding]) {
    checks = findings
    status = findings.map(\.status).max() ?? .ok
  }

  var text: String {
    let width = checks.map(\.check.count).max() ?? 0
    let lines = checks.map { finding in
      let name = finding.check + String(repeating: " ", count: width - finding.check.count)
      let status = finding.status.rawValue + String(repeating: " ", count: 7 - finding.status.rawValue.count)
      let remedy = finding.remedy.map { " -> \($0)" } ?? ""
      return "\(status)  \(name)  \((finding.detail + remedy).escapingControls(keepingLines: false))"
    }
    let problems = checks.count { $0.status == .problem }
    let warnings = checks.count { $0.status == .warning }
    return (lines + ["\(checks.count) checks: \(problems) problems, \(warnings) warnings"]).joined(separator: "\n")
  }
}
