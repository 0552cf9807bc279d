/// Why the broker refuses a declaration of something that already exists.
package struct InequivalentArgument: Sendable, Equatable {
  /// Such as `x-overflow`, `durable` or `type`; nil if the broker's text could not be parsed.
  package let argument: String?
  /// Nil if it was not given.
  package let wanted: String?
  /// Nil if the existing object does not have it.
  package let current: String?
  /// The broker's message, verbatim.
  package let text: String

  /// Parses the text of a PRECONDITION_FAILED, such as `inequivalent arg 'x-overflow' for queue 'q' in vhost '/':
  /// received the value 'reject-publish' of type 'longstr' but current is none`.
  package init(text: String) {
    self.text = text
    guard let name = text.firstRange(of: "inequivalent arg '"), let end = text[name.upperBound...].firstIndex(of: "'"),
      let current = text.ranges(of: " but current is ").last,
      let wanted = text[..<current.lowerBound].ranges(of: ": received ").last
    else {
      (argument, wanted, current) = (nil, nil, nil)
      return
    }
    argument = String(text[name.upperBound..<end])
    self.wanted = Self.value(text[wanted.upperBound..<current.lowerBound])
    self.current = Self.value(text[current.upperBound...])
  }

  /// `none`, `'a'` or `the value 'a' of type 'longstr'`.
  private static func value(_ text: Substring) -> String? {
    guard text != "none" else { return nil }
    var value = text
    if value.hasPrefix("the value "), let type = value.ranges(of: " of type ").last {
      value = value[..<type.lowerBound].dropFirst("the value ".count)
    }
    if value.count > 1, value.first == "'", value.last == "'" { value = value.dropFirst().dropLast() }
    return String(value)
  }

  /// What an operator can do about it.
  package func remedy(for kind: TopologyPlan.Kind, named name: String) -> String {
    switch kind {
    case .queue:
      "The arguments of a queue can't be changed. Configure another name for it, or stop publishing to '\(name)', "
        + "let it drain, delete it and apply again."
    case .exchange, .binding:
      "The properties of an exchange can't be changed. Configure another name for it, or stop publishing to "
        + "'\(name)', delete it, apply again and restore the bindings made by others."
    }
  }
}
