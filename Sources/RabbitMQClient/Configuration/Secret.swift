/// A text that must not show up in logs, errors or dumps: every description of it is a mask.
package struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The text itself, for the one place that sends it.
  package let revealed: String

  package init(_ text: String) { revealed = text }

  package var description: String { "***" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
