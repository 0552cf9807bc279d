/// A command's answer is no: its object doesn't exist, or the action isn't allowed.
struct NegativeAnswer: Error, CustomStringConvertible {
  /// For people.
  let description: String

  init(_ description: String) { self.description = description }
}

extension Optional {
  /// - Throws: ``NegativeAnswer`` if there is no value.
  func orNo(_ description: @autoclosure () -> String) throws(NegativeAnswer) -> Wrapped {
    guard let self else { throw NegativeAnswer(description()) }
    return self
  }
}
