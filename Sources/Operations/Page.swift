/// A page of a list.
package struct Page<Element> {
  package let elements: [Element]
  /// Whether another page follows.
  package let hasMore: Bool

  /// - Parameters:
  ///   - limit: the largest number of elements.
  ///   - find: returns as many elements as requested, if available. One more than `limit` is requested, which shows
  ///     whether another page follows.
  package static func read(limit: Int, _ find: (Int) async throws -> [Element]) async throws -> Page {
    let found = try await find(limit + 1)
    return Page(elements: Array(found.prefix(limit)), hasMore: found.count > limit)
  }
}

extension Page: Sendable where Element: Sendable {}
