import Observability
import Operations
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// What `authorization explain` prints.
struct AccessExplanationReport: Report {
  private let explanation: AccessExplanation
  private let isEnforced: Bool

  /// - Parameter isEnforced: whether these rules are enforced on commands at all.
  init(_ explanation: AccessExplanation, isEnforced: Bool) {
    self.explanation = explanation
    self.isEnforced = isEnforced
  }

  /// Encodes what `authorization check` prints, and the reasons.
  func encode(to encoder: any Encoder) throws {
    try AccessReport(explanation).encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(isEnforced, forKey: .enforced)
    try container.encode(explanation.ground.map(Ground.init), forKey: .ground)
    try container.encode(explanation.path.map { Step(id: "\($0)", name: name(of: .workspace($0))) }, forKey: .path)
    try container.encode(explanation.roles.map(Role.init), forKey: .roles)
  }

  private enum CodingKeys: CodingKey {
    case enforced, ground, path, roles
  }

  private struct Step: Encodable {
    let id: String
    let name: String?
  }

  private struct Role: Encodable {
    let role: String
    let member: AccessReport.Object
    let object: AccessReport.Object

    init(_ held: HeldRole) {
      role = held.role.rawValue
      member = AccessReport.Object(held.member)
      object = AccessReport.Object(held.object)
    }
  }

  private struct Ground: Encodable {
    let type: String
    let role: Role?

    init(_ ground: AccessGround) {
      switch ground {
      case .role(let held): (type, role) = ("role", Role(held))
      case .openRoot: (type, role) = ("open_root", nil)
      }
    }
  }
}

// MARK: - For people

extension AccessExplanationReport {
  var text: String {
    let lines = [verdict] + (explanation.ground.map { [sentence(of: $0)] } ?? lack) + place + remark
    return lines.map { $0.escapingControls(keepingLines: false) }.joined(separator: "\n")
  }

  private var user: String { explanation.question.userID.text }

  private var verdict: String {
    let question = explanation.question
    let may = explanation.ground == nil ? "no: \(user) may not" : "yes: \(user) may"
    return "\(may) \(question.permission.rawValue) \(described(question.resource))"
  }

  private func sentence(of ground: AccessGround) -> String {
    switch ground {
    case .role(let held): "because \(described(held))"
    case .openRoot:
      "because \(user) is in the tenant, whose members create workspaces below its root (authorization.open_root)"
    }
  }

  /// Why the user lacks the permission.
  private var lack: [String] {
    guard explanation.exists else {
      return ["because the tenant has no such \(explanation.question.resource.type.rawValue)"]
    }
    guard !explanation.roles.isEmpty else { return ["because \(user) has no role on it, above it or in the tenant"] }
    return ["because none of these roles suffices:"] + explanation.roles.map { "  \(described($0))" }
  }

  /// Where the workspace is, from the root down.
  private var place: [String] {
    guard explanation.path.count > 1 else { return [] }
    return ["path: " + explanation.path.map { name(of: .workspace($0)) ?? "\($0)" }.joined(separator: " > ")]
  }

  private var remark: [String] {
    isEnforced ? [] : ["authorization.enforce is false: commands are executed all the same"]
  }

  private func described(_ held: HeldRole) -> String {
    let holder =
      switch held.member {
      case .user(let id): id.text
      case .group(let id): "\(described(.group(id))), which includes \(user),"
      }
    return "\(holder) is \(held.role.rawValue) of \(described(held.object))"
  }

  private func described(_ object: Resource) -> String {
    let id = "\(object.type.rawValue) \(object.ulid)"
    return name(of: object).map { "\(id) (\($0))" } ?? id
  }

  private func name(of object: Resource) -> String? { explanation.names[object] }
}
