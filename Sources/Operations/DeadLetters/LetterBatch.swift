/// How many letters with their messages are in memory at once.
package enum LetterBatch {
  package static let count = 200
  /// A batch ends after the letter with which its bodies and properties reach this size.
  package static let bytes = 16 << 20
}
