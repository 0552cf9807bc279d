import Operations
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// What `authorization check` prints.
struct AccessReport: Report {
  let allowed: Bool
  let tenantID: String
  let userID: String
  let permission: String
  let object: Object

  var text: String { allowed ? "yes" : "no" }

  /// A user, a group, a workspace or a tenant, as messages name them.
  struct Object: Encodable {
    let type: String
    let id: String

    init(_ resource: Resource) { (type, id) = (resource.type.rawValue, "\(resource.ulid)") }

    init(_ member: Member) { (type, id) = (member.kind.rawValue, member.id) }
  }

  init(_ explanation: AccessExplanation) {
    let question = explanation.question
    allowed = explanation.ground != nil
    tenantID = "\(question.tenantID)"
    userID = question.userID.text
    permission = question.permission.rawValue
    object = Object(question.resource)
  }
}
