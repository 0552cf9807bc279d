import Glibc

/// The syntax of a URI reference (RFC 3986): characters and structure.
enum URIReference {
  /// Whether `text` is a URI or a relative reference (section 4.1). The empty reference, which refers to the document
  /// that it is in, is not accepted.
  static func isValid(_ text: String) -> Bool {
    guard !text.isEmpty else { return false }
    let (beforeFragment, fragment) = split(Array(text.utf8)[...], at: "#")
    let (hierarchy, query) = split(beforeFragment, at: "?")
    guard isText(fragment ?? [], also: "/?"), isText(query ?? [], also: "/?") else { return false }
    // A colon before the first slash ends a scheme: a relative path can't have one there (section 4.2).
    let (first, _) = split(hierarchy, at: "/")
    guard let colon = first.firstIndex(of: UInt8(ascii: ":")) else { return isHierarchy(hierarchy) }
    return isScheme(hierarchy[..<colon]) && isHierarchy(hierarchy[(colon + 1)...])
  }

  /// An authority, if any, and a path (section 3).
  private static func isHierarchy(_ text: ArraySlice<UInt8>) -> Bool {
    guard text.starts(with: "//".utf8) else { return isText(text, also: "/") }
    let (authority, path) = split(text.dropFirst(2), at: "/")
    return isAuthority(authority) && isText(path ?? [], also: "/")
  }

  private static func isScheme(_ text: ArraySlice<UInt8>) -> Bool {
    guard let first = text.first, isLetter(first) else { return false }
    return text.allSatisfy { isLetter($0) || isDigit($0) || "+-.".utf8.contains($0) }
  }

  /// User information, a host and a port (section 3.2). The host may be empty.
  private static func isAuthority(_ text: ArraySlice<UInt8>) -> Bool {
    let (front, back) = split(text, at: "@")
    guard back == nil || isText(front, without: "@") else { return false }
    let address = back ?? front
    guard address.first == UInt8(ascii: "[") else {
      let (name, port) = split(address, at: ":")
      return isText(name, without: ":@") && (port ?? []).allSatisfy(isDigit)
    }
    let (literal, port) = split(address.dropFirst(), at: "]")
    guard let port, port.isEmpty || port.first == UInt8(ascii: ":") else { return false }
    return isAddress(literal) && port.dropFirst().allSatisfy(isDigit)
  }

  /// An IPv6 address, or one of a future version: `v1.…` (section 3.2.2).
  private static func isAddress(_ text: ArraySlice<UInt8>) -> Bool {
    if text.first == UInt8(ascii: "v") || text.first == UInt8(ascii: "V") {
      let (version, address) = split(text.dropFirst(), at: ".")
      guard let address, !address.isEmpty, !address.contains(UInt8(ascii: "%")) else { return false }
      return !version.isEmpty && version.allSatisfy(AttributeRules.isHexDigit) && isText(address, without: "@")
    }
    var address = in6_addr()
    return inet_pton(AF_INET6, String(decoding: text, as: UTF8.self), &address) == 1
  }

  /// Whether there are only characters of a path segment (`pchar`, section 3.3), each `%` followed by two hex digits.
  private static func isText(_ text: ArraySlice<UInt8>, also further: String = "", without fewer: String = "") -> Bool {
    var rest = text
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%") {
        guard rest.prefix(2).count == 2, rest.prefix(2).allSatisfy(AttributeRules.isHexDigit) else { return false }
        rest = rest.dropFirst(2)
      } else if !isLetter(byte) && !isDigit(byte) && !marks.contains(byte) && !further.utf8.contains(byte)
        || fewer.utf8.contains(byte)
      {
        return false
      }
    }
    return true
  }

  private static let marks = Array("-._~!$&'()*+,;=:@".utf8)

  private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  /// The parts before and behind the first `separator`; the second is nil without a separator.
  private static func split(
    _ text: ArraySlice<UInt8>, at separator: Unicode.Scalar
  ) -> (front: ArraySlice<UInt8>, back: ArraySlice<UInt8>?) {
    guard let place = text.firstIndex(of: UInt8(ascii: separator)) else { return (text, nil) }
    return (text[..<place], text[(place + 1)...])
  }
}
