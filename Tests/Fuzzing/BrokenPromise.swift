/// Bytes for which the program does not do what it promises.
package struct BrokenPromise: Error, Sendable, CustomStringConvertible {
  package let description: String
}

/// - Throws: ``BrokenPromise`` where `isKept` is false.
func promise(_ text: String, _ isKept: Bool) throws(BrokenPromise) {
  guard isKept else { throw BrokenPromise(description: text) }
}
