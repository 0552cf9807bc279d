import Foundation

/// The keys in JSON that the program has written, each with the path to it: `lines/first/tenant_id`.
package struct JSONKeys: Sendable {
  /// What is counted by names that are data: types of results, tables and columns, outcomes with their reasons.
  private static let countedBy: Set<String> = ["results", "destroyed", "would_destroy", "outcomes"]

  package private(set) var paths: Set<String> = []

  /// - Parameter lines: documents, one per line; invalid ones, such as truncated ones, are skipped.
  package init(lines: String) {
    for line in lines.split(separator: "\n") {
      guard let document = try? JSONSerialization.jsonObject(with: Data(line.utf8)) else { continue }
      add(document, below: [])
    }
  }

  /// Those that are not in snake_case. A word of one letter comes from an acronym that was split up.
  package var strange: [String] {
    paths.filter { path in
      let names = path.split(separator: "/").map(String.init)
      if let map = names.dropLast().last, Self.countedBy.contains(map) { return false }
      return names.last?.wholeMatch(of: /[a-z][a-z0-9]+(_[a-z0-9]{2,})*/) == nil
    }.sorted()
  }

  private mutating func add(_ value: Any, below path: [String]) {
    if let values = value as? [Any] {
      for value in values { add(value, below: path) }
    } else if let members = value as? [String: Any] {
      for (key, value) in members {
        let path = path + [key]
        paths.insert(path.joined(separator: "/"))
        add(value, below: path)
      }
    }
  }
}
