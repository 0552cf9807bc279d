package import SpiceDBClient
package import WorkspaceApplication
import WorkspaceDomain

extension CheckItem {
  /// A question in the terms of the schema.
  package init(_ question: AccessQuestion) {
    self.init(
      resource: SpiceDBObject(question.resource), permission: question.permission.rawValue,
      subject: SpiceDBSubject(.user(question.userID)))
  }

  /// What it takes of a call, in bytes, at most: what stands around the texts is shorter than this.
  private var size: Int {
    resource.type.utf8.count + resource.id.utf8.count + permission.utf8.count + subject.object.type.utf8.count
      + subject.object.id.utf8.count + 64
  }

  /// Splits items into as many as one call takes each, in their order.
  static func calls(_ items: [CheckItem]) -> [ArraySlice<CheckItem>] {
    var calls: [ArraySlice<CheckItem>] = []
    var (start, bytes) = (0, 0)
    for (index, item) in items.enumerated() {
      if index - start == SpiceDBLimits.checks || bytes + item.size > callBytes {
        calls.append(items[start..<index])
        (start, bytes) = (index, 0)
      }
      bytes += item.size
    }
    if start < items.count { calls.append(items[start...]) }
    return calls
  }

  /// A call's own fields need some of what a request may have.
  private static let callBytes = SpiceDBLimits.requestBytes - 65_536
}
