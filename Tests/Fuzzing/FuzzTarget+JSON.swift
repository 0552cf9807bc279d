import MessageContract
import StrictJSON

extension FuzzTarget {
  /// Reading and writing gives the same value, in normal form, of proportionate length.
  static func json(_ bytes: [UInt8]) throws(BrokenPromise) {
    guard let value = try? JSONReader.read(bytes) else { return }
    let written = written(value)
    let again = try? JSONReader.read(written)
    try promise("what is written is read as the same value", again == value)
    if let again { try promise("a value has one spelling", Self.written(again) == written) }
    // A line feed of one byte is written as two, a control character of six as six; an exponent adds up to eight.
    try promise("what is written is not much longer", written.count <= bytes.count * 10)
  }

  static func written(_ value: JSONValue) -> [UInt8] {
    var writer = JSONWriter()
    writer.value(value)
    return writer.bytes
  }
}
