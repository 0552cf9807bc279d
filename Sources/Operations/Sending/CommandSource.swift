/// Commands, one after the other.
package protocol CommandSource {
  /// How many there are, where that is known.
  var count: Int? { get }

  /// - Throws: why what comes next can't be sent.
  mutating func next() throws -> OutgoingCommand?
}
