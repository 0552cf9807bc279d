import FoundationEssentials

/// Bytes that are usually text: as text if they are UTF-8, else in Base64.
struct BytesReport: Encodable {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private var validText: String? { String(validating: bytes, as: UTF8.self) }

  /// For people.
  var text: String { validText ?? "base64:" + Data(bytes).base64EncodedString() }

  func encode(to encoder: any Encoder) throws {
    if let validText {
      var container = encoder.singleValueContainer()
      try container.encode(validText)
    } else {
      try ["base64": Data(bytes).base64EncodedString()].encode(to: encoder)
    }
  }
}
