/// Commands, one after another.
package protocol CommandSource {
  /// How many there are, if known.
  var count: Int? { get }

  /// - Throws: why the next one can't be sent.
  mutating func next() throws -> OutgoingCommand?
}
