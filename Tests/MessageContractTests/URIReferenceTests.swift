import Testing

@testable import MessageContract

@Suite struct URIReferenceTests {
  @Test(arguments: [
    "/", "a", "/upstream", "https://example.com/a?b=c#d", "//example.com", "//", "///x", "a:", "x-y+z.1:a:b",
    "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "mailto:a@b.c", "./1:2", "a/b:c", "?a:b", "#a:b", "file:///etc",
    "../x", "?q", "#f", "a%20b", "%e2%82%ac", "%E2", "http://[::1]:80/", "http://[::1]", "http://[fe80::1]:/x",
    "http://[::ffff:10.0.0.1]", "http://[v1.a:b]/", "http://u:p@h:8080/?a=b/c?d#e?f/g", "http://h:", "//@h",
    "/1-._~:/@!$&'()*+,;=?/?:@#/?:@", "1-555-123-4567", "ldap://[2001:db8::7]/c=GB?one", "tel:+1-816-555-1212",
  ])
  func `a URI reference`(text: String) {
    #expect(URIReference.isValid(text))
  }

  @Test(
    "not a URI reference, by its characters",
    arguments: [
      "", " ", "a b", "é", "漢", "a\"b", "a<b", "a>b", "a\\b", "a^b", "a`b", "a{b}", "a|b", "%", "%2", "%2g", "%g2",
      "a%",
      "\n", "a\0", "\u{7F}", "%%20", "🇩🇪", "/a\r\n",
    ])
  func isForeign(text: String) {
    #expect(!URIReference.isValid(text))
  }

  @Test(
    "not a URI reference, by its structure",
    arguments: [
      "1:2", ":x", ":", "a_b:c", "a#b#c", "#[", "?]", "[", "a]b", "/[::1]", "http://[", "http://[::1",
      "http://[gg::1]/",
      "http://[::1]x", "http://[]", "http://[::1%25eth0]", "http://[v1]", "http://[v.a]", "http://h:port/", "//a@b@c",
      "//h:1:2",
      "http://a[b]", "http://[127.0.0.1]",
    ])
  func isMisshapen(text: String) {
    #expect(!URIReference.isValid(text))
  }

  @Test func `every ASCII character is valid in a path or not, as RFC 3986 lists them`() {
    let allowed = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#@!$&'()*+,;=".utf8)
    for byte in UInt8(0)..<0x80 {
      #expect(URIReference.isValid("/" + String(decoding: [byte], as: UTF8.self)) == allowed.contains(byte), "\(byte)")
    }
  }
}
