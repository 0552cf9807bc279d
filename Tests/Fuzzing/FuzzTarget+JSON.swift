import MessageContract
import StrictJSON

extension FuzzTarget {
  /// Reading and writing gives the same value, in normal form, of proportionate length.
  static func json(_ bytes: [UInt8]) throws(BrokenPromise) {
    try elements(bytes)
    guard let value = try? JSONReader.read(bytes), !hasLoneSurrogate(value) else { return }
    let written = written(value)
    let again = try? JSONReader.read(written)
    try promise("a written value is read as the same value", again == value)
    if let again { try promise("a value has one spelling", Self.written(again) == written) }
    // A line feed of one byte is written as two, a control character of six as six; an exponent adds up to eight.
    try promise("a written value is not much longer than the input", written.count <= bytes.count * 10)
  }

  /// Elements are in order, not empty and inside of the array; those of a valid one are its values.
  private static func elements(_ bytes: [UInt8]) throws(BrokenPromise) {
    guard let elements = try? JSONArraySplitter.split(bytes, limit: bytes.count) else { return }
    var end = 0
    for element in elements {
      try promise("elements are in order, and not empty", element.lowerBound > end && !element.isEmpty)
      end = element.upperBound
    }
    try promise("elements are inside the array", end < bytes.count)
    guard case .array(let values) = try? JSONReader.read(bytes) else { return }
    let read = elements.map { try? JSONReader.read(Array(bytes[$0])) }
    try promise("the elements of a valid array are its values", read == values.map(Optional.some))
  }

  /// A lone surrogate is written as bytes to be hashed, not as JSON to be read.
  static func hasLoneSurrogate(_ value: JSONValue) -> Bool {
    switch value {
    case .illFormedString: true
    case .array(let elements): elements.contains(where: hasLoneSurrogate)
    // A key with one is replaced by a text that begins with NUL.
    case .object(let object): object.members.contains { $0.key.hasPrefix("\0") || hasLoneSurrogate($0.value) }
    case .null, .bool, .number, .string: false
    }
  }

  static func written(_ value: JSONValue) -> [UInt8] {
    var writer = JSONWriter()
    writer.value(value)
    return writer.bytes
  }
}
