/// The host and the port of an HTTP URL. Source: RFC 3986, section 3.2.
enum URLAuthority {
  /// What is wrong with them, in words that follow a setting's key; nil if they can be used.
  static func problem(of url: String) -> String? {
    guard let scheme = url.firstRange(of: "://") else { return "has no host" }
    let authority = url[scheme.upperBound...].prefix { !"/?#".contains($0) }
    let colons = authority.hasPrefix("[") ? authority.drop { $0 != "]" } : authority
    let port = colons.drop { $0 != ":" }
    let host = authority[..<port.startIndex]
    guard !host.isEmpty else { return "has no host" }
    guard isName(host) || isAddress(host) else {
      return "has a host that is neither a name nor an address (IPv6 needs brackets)"
    }
    guard port.isEmpty || isPort(port) else { return "has a port that is not a number from 1 to 65535" }
    return nil
  }

  private static func isName(_ text: Substring) -> Bool {
    text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) }
  }

  /// - Parameter text: with brackets.
  private static func isAddress(_ text: Substring) -> Bool {
    let address = text.dropFirst().dropLast()
    return text.hasPrefix("[") && text.hasSuffix("]") && address.contains(":")
      && address.allSatisfy { $0.isASCII && ($0.isHexDigit || $0 == ":" || $0 == ".") }
  }

  /// - Parameter text: with the colon.
  private static func isPort(_ text: Substring) -> Bool {
    let digits = text.dropFirst()
    guard text.hasPrefix(":"), digits.allSatisfy({ ("0"..."9").contains($0) }), let port = Int(digits) else {
      return false
    }
    return (1...65_535).contains(port)
  }
}
