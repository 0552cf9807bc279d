/// The limits of a batch of letters, which are in memory at once with their messages.
package enum LetterBatch {
  package static let count = 200
  /// A batch ends with the letter that brings its bodies and properties to this size, in bytes.
  package static let bytes = 16 << 20
}
