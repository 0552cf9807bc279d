import Observability

/// A message's body as one line of output. Published bodies may have line breaks, which JSON allows only between its
/// tokens; and they must not control a terminal.
struct MessageLine {
  let text: String

  /// - Parameter isShown: whether the line is shown to people; otherwise the bytes stay as they are, except for line
  ///   breaks.
  init(_ body: [UInt8], isShown: Bool = StandardOutput.isTerminal) {
    let line = String(decoding: body.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }, as: UTF8.self)
    text = isShown ? line.escapingControls(keepingLines: false) : line
  }
}
