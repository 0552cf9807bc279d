/// Bytes for which the program breaks a promise.
package struct BrokenPromise: Error, Sendable, CustomStringConvertible {
  package let description: String
}

/// - Throws: ``BrokenPromise`` if `isKept` is false.
func promise(_ text: String, _ isKept: Bool) throws(BrokenPromise) {
  guard isKept else { throw BrokenPromise(description: text) }
}
