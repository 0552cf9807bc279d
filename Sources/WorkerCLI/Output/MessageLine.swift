import Observability

/// A message's body as a line of output: what others publish may have line breaks, which JSON allows between its parts
/// alone, and on a terminal it steers nothing.
struct MessageLine {
  let text: String

  /// - Parameter isShown: whether people look at it; else the bytes stay as they are, but for line breaks.
  init(_ body: [UInt8], isShown: Bool = StandardOutput.isTerminal) {
    let line = String(decoding: body.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }, as: UTF8.self)
    text = isShown ? line.escapingControls(keepingLines: false) : line
  }
}
