extension String {
  /// Two lower-case digits for each byte, as `sha256sum` prints them.
  package init(hexadecimal bytes: ArraySlice<UInt8>) {
    self.init(unsafeUninitializedCapacity: bytes.count * 2) { buffer in
      for (index, byte) in bytes.enumerated() {
        buffer[index * 2] = hexadecimalDigits[Int(byte >> 4)]
        buffer[index * 2 + 1] = hexadecimalDigits[Int(byte & 15)]
      }
      return bytes.count * 2
    }
  }
}

private let hexadecimalDigits = Array("0123456789abcdef".utf8)
