extension String {
  /// Whether the string can be the value of an event's attribute: 1 to `maximumLength` Unicode scalars, without control
  /// characters and noncharacters (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#type-system).
  package func isAttribute(maximumLength: Int) -> Bool {
    // Nearly all texts are printable ASCII, whose scalars are its bytes.
    if utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return (1...maximumLength).contains(utf8.count) }
    return !unicodeScalars.isEmpty && utf8.count <= maximumLength * 4 && unicodeScalars.count <= maximumLength
      && unicodeScalars.allSatisfy {
        $0.properties.generalCategory != .control && !$0.properties.isNoncharacterCodePoint
      }
  }
}
