import Observability

/// A message's body as a line of output: published bodies may have line breaks, which JSON allows only between its
/// parts, and must not control a terminal.
struct MessageLine {
  let text: String

  /// - Parameter isShown: whether it is shown to people; otherwise the bytes stay as they are, except for line breaks.
  init(_ body: [UInt8], isShown: Bool = StandardOutput.isTerminal) {
    let line = String(decoding: body.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }, as: UTF8.self)
    text = isShown ? line.escapingControls(keepingLines: false) : line
  }
}
