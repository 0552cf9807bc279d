import FileFormats
import FoundationEssentials
import UnitOfWork
import WorkspaceDomain

extension FuzzTarget {
  /// An accepted letter is written as a line that is the same letter, and the ledger can store it.
  static func letters(_ bytes: [UInt8]) throws(BrokenPromise) {
    guard let letter = letter(Data(bytes)) else { return }
    let line = try? JSONEncoder().encode(DeadLetterLine(letter))
    try promise("a letter comes back from its line", line.flatMap { self.letter($0) } == letter)
    let texts = [letter.queue, letter.reason, letter.detail, letter.subject.commandID, letter.subject.commandSource]
    try promise("a text can be stored", !texts.contains { $0?.unicodeScalars.contains("\0") ?? false })
    try promise("a moment can be stored", letter.recordedAt.description.utf8.count == 24)
  }

  private static func letter(_ line: Data) -> DeadLetter? {
    try? DeadLetterLine(json: line).letter()
  }
}
