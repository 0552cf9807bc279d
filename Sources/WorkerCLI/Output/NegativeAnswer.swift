/// The answer to what a command was asked is no: what it is about is not there, or may not be done.
struct NegativeAnswer: Error, CustomStringConvertible {
  /// For people.
  let description: String

  init(_ description: String) { self.description = description }
}

extension Optional {
  /// - Throws: ``NegativeAnswer`` where there is nothing.
  func orNo(_ description: @autoclosure () -> String) throws(NegativeAnswer) -> Wrapped {
    guard let self else { throw NegativeAnswer(description()) }
    return self
  }
}
