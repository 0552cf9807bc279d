/// How many letters with their messages are in memory at once.
package enum LetterBatch {
  package static let count = 200
  /// A batch ends behind the letter with which its bodies and properties have so many bytes.
  package static let bytes = 16 << 20
}
