import Observability
import Operations

/// What `doctor` prints.
struct DoctorReport: Report {
  /// The worst status of all findings.
  let status: Finding.Status
  let checks: [Finding]

  init(_ findings: [Finding]) {
    checks = findings
    status = findings.map(\.status).max() ?? .ok
  }

  /// Whether the configuration can't be used at all, so that nothing else was checked.
  var hasWrongConfiguration: Bool { checks.contains { $0.check == "configuration" && $0.status == .problem } }

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
