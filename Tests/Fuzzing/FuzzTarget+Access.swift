import FileFormats
import MessageContract
import WorkspaceApplication
import WorkspaceDomain

extension FuzzTarget {
  /// A pattern matches whenever a matcher without shortcuts says so.
  static func globs(_ bytes: [UInt8]) throws(BrokenPromise) {
    let parts = bytes.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false)
    let pattern = String(decoding: parts[0], as: UTF8.self)
    let text = parts.count > 1 ? String(decoding: parts[1], as: UTF8.self) : ""
    let isMatched = matches(Array(pattern.unicodeScalars), Array(text.unicodeScalars))
    try promise("a pattern matches as specified", Glob(pattern).matches(text) == isMatched)
  }

  /// Column by column: which prefixes of the text a prefix of the pattern matches.
  private static func matches(_ pattern: [Unicode.Scalar], _ text: [Unicode.Scalar]) -> Bool {
    var reached = [Bool](repeating: false, count: text.count + 1)
    reached[0] = true
    for symbol in pattern {
      var next = [Bool](repeating: false, count: text.count + 1)
      for end in reached.indices {
        if symbol == "*" {
          next[end] = reached[end] || (end > 0 && next[end - 1])
        } else if end > 0 {
          next[end] = reached[end - 1] && (symbol == "?" || symbol == text[end - 1])
        }
      }
      reached = next
    }
    return reached[text.count]
  }

  /// Whatever a file says, it permits nothing to an unverified sender.
  static func access(_ bytes: [UInt8]) throws(BrokenPromise) {
    guard let list = try? AccessListFile.list(yaml: String(decoding: bytes, as: UTF8.self)) else { return }
    guard let tenant = TenantID("01ARZ3NDEKTSV4RRFFQ69G5FAV") else { return }
    try promise(
      "an unknown sender is permitted nothing",
      !list.permits(user: nil, app: nil, type: CommandType(CreateWorkspace.self), tenantID: tenant, actsForUser: true))
    _ = list.permits(
      user: "upstream", app: "portal", type: CommandType(CreateWorkspace.self), tenantID: tenant, actsForUser: true)
  }
}
