package import SpiceDBClient
package import WorkspaceApplication
import WorkspaceDomain

extension CheckItem {
  /// A question in terms of the schema.
  package init(_ question: AccessQuestion) {
    self.init(
      resource: SpiceDBObject(question.resource), permission: question.permission.rawValue,
      subject: SpiceDBSubject(.user(question.userID)))
  }

  /// The most bytes that the item takes in a call: everything around the texts takes less than 64.
  private var size: Int {
    resource.type.utf8.count + resource.id.utf8.count + permission.utf8.count + subject.object.type.utf8.count
      + subject.object.id.utf8.count + 64
  }

  /// Splits items, in order, into parts that each fit into one call.
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

  /// The request limit, less what the call's other fields may need.
  private static let callBytes = SpiceDBLimits.requestBytes - 65_536
}
