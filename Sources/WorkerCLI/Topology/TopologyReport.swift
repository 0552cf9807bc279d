import RabbitMQClient

/// What `topology` prints.
struct TopologyReport: Report {
  /// `changes`, `incompatible` or `up-to-date`; `applied` after `topology apply`.
  let status: String
  let items: [Item]

  struct Item: Encodable {
    let kind: String
    let name: String
    /// `exists`, `missing`, `created`, `incompatible`; of a binding also `ensured` (it is set again, which changes
    /// nothing if it exists), `unbindable` (not made, because an end of it can't be used) or `obsolete` (of an earlier
    /// version: it is removed, if it exists and nothing is incompatible).
    let state: String
    var argument: String?
    var wanted: String?
    var current: String?
    var message: String?
    var remedy: String?
  }

  /// - Parameter isApplied: whether what was missing has been created.
  init(_ plan: TopologyPlan, isApplied: Bool = false) {
    status =
      plan.isIncompatible ? "incompatible" : isApplied ? "applied" : plan.hasChanges ? "changes" : "up-to-date"
    items = plan.items.map { Item($0, isApplied: isApplied) }
  }

  var text: String {
    var table = TextTable(header: ["KIND", "NAME", "STATE"])
    for item in items { table.add([item.kind, item.name, item.state]) }
    let details = items.compactMap(\.explanation)
    return ([table.text] + details + [summary]).joined(separator: "\n")
  }

  private var summary: String {
    switch status {
    case "incompatible":
      "incompatible: 'workspace-worker topology apply' leaves what is named above as it is, and creates what else is missing"
    case "applied": "applied"
    case "changes": "run 'workspace-worker topology apply' to create what is missing"
    default: "nothing to do"
    }
  }
}

extension TopologyReport.Item {
  fileprivate init(_ item: TopologyPlan.Item, isApplied: Bool) {
    kind = item.kind.rawValue
    name = item.name
    switch item.state {
    case .exists: state = "exists"
    case .missing: state = isApplied ? "created" : "missing"
    case .ensured: state = "ensured"
    case .obsolete: state = "obsolete"
    case .unbindable: state = "unbindable"
    case .incompatible(let difference):
      state = "incompatible"
      argument = difference.argument
      wanted = difference.wanted
      current = difference.current
      message = difference.text
      remedy = difference.remedy(for: item.kind, named: item.name)
    }
  }

  fileprivate var explanation: String? {
    guard state == "incompatible", let message, let remedy else { return nil }
    let difference =
      argument.map { "argument \($0): wanted \(Self.shown(wanted)), is \(Self.shown(current))" } ?? message
    return "\(kind) \(name) is incompatible: \(difference)\n  \(remedy)"
  }

  private static func shown(_ value: String?) -> String { value.map { $0.isEmpty ? "''" : $0 } ?? "none" }
}
