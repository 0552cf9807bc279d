extension Sequence {
  /// `map`, with an asynchronous transformation, one element after the other.
  package func asyncMap<Value>(_ transform: (Element) async throws -> Value) async throws -> [Value] {
    var values: [Value] = []
    for element in self { values.append(try await transform(element)) }
    return values
  }
}
