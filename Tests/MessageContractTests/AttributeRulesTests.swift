import Testing

@testable import MessageContract

@Suite struct AttributeRulesTests {
  @Test(arguments: [
    "2026-11-23T08:00:00Z", "2026-11-23t08:00:00z", "2026-11-23T08:00:00.1Z", "2026-11-23T08:00:00.123456789012345Z",
    "2026-11-23T08:00:00+00:00", "2026-11-23T08:00:00-00:00", "2026-11-23T08:00:00+23:59",
    "2026-11-23T08:00:00.5-08:30",
    "1985-04-12T23:20:50.52Z", "1990-12-31T23:59:60Z", "1990-12-31T15:59:60-08:00", "1937-01-01T12:00:27.87+00:20",
    "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2024-02-29T00:00:00Z", "2000-02-29T00:00:00Z",
  ])
  func `a time as RFC 3339 writes it`(text: String) {
    #expect(AttributeRules.timestamp(text) != nil)
  }

  @Test(arguments: [
    "", "2026", "2026-11-23", "2026-11-23T08:00Z", "2026-11-23T08:00:00", "2026-11-23 08:00:00Z",
    "2026-11-23T08:00:00.Z",
    "2026-11-23T08:00:00,5Z", "2026-11-23T8:00:00Z", "2026-1-23T08:00:00Z", "26-11-23T08:00:00Z",
    "12026-11-23T08:00:00Z",
    "2026-00-23T08:00:00Z", "2026-13-23T08:00:00Z", "2026-11-00T08:00:00Z", "2026-11-31T08:00:00Z",
    "2025-02-29T00:00:00Z",
    "2100-02-29T00:00:00Z", "2026-11-23T24:00:00Z", "2026-11-23T08:60:00Z", "2026-11-23T08:00:61Z",
    "2026-11-23T08:00:00+24:00",
    "2026-11-23T08:00:00+00:60", "2026-11-23T08:00:00+0000", "2026-11-23T08:00:00+00", "2026-11-23T08:00:00ZZ",
    "2026-11-23T08:00:00Z ",
    " 2026-11-23T08:00:00Z", "2026-11-23T08:00:00Z\n", "2026-11-23T08:00:00 Z", "+2026-11-23T08:00:00Z",
    "-2026-11-23T08:00:00Z",
    "２026-11-23T08:00:00Z", "2026/11/23T08:00:00Z", "2026-11-23T08.00.00Z", "1795420800",
    "Mon, 23 Nov 2026 08:00:00 GMT", "2026-W48-1T08:00:00Z",
  ])
  func `not a time of RFC 3339`(text: String) {
    #expect(AttributeRules.timestamp(text) == nil)
  }

  @Test(arguments: [
    "/", "a", "/upstream", "https://example.com/a?b=c#d", "//example.com",
    "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "mailto:a@b.c",
    "../x", "?q", "#f", "a%20b", "%e2%82%ac", "%E2", "http://[::1]:80/", "/1-._~:/?#[]@!$&'()*+,;=", "1-555-123-4567",
  ])
  func `a URI reference`(text: String) {
    #expect(AttributeRules.isURIReference(text))
  }

  @Test(arguments: [
    "", " ", "a b", "é", "漢", "a\"b", "a<b", "a>b", "a\\b", "a^b", "a`b", "a{b}", "a|b", "%", "%2", "%2g", "%g2", "a%",
    "\n", "a\0", "\u{7F}", "%%20", "🇩🇪", "/a\r\n",
  ])
  func `not a URI reference`(text: String) {
    #expect(!AttributeRules.isURIReference(text))
  }

  @Test func `every ASCII character is valid in a URI reference or not, as RFC 3986 lists them`() {
    let allowed = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#[]@!$&'()*+,;=".utf8)
    for byte in UInt8(0)..<0x80 {
      #expect(
        AttributeRules.isURIReference(String(decoding: [byte], as: UTF8.self)) == allowed.contains(byte), "\(byte)")
    }
  }

  @Test(arguments: [
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",
    "00-00000000000000000000000000000001-0000000000000001-ff",
    "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-the-future-brings",
    "fe-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
  ])
  func `a traceparent`(text: String) {
    #expect(TraceParent.isValid(text))
  }

  @Test(arguments: [
    "", "-", "---", "00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-",
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1",
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-011",
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
    "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "00-00000000000000000000000000000000-b7ad6b7169203331-01",
    "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
    "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
    "00-0af7651916cd43dd8448eb211c80319c0-b7ad6b7169203331-01",
    "0-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    " 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\n",
    "00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01",
    "00-0af7651916cd43dd8448eb211c8031gg-b7ad6b7169203331-01",
    "0G-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.what",
    "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-\u{0}",
    "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-a\nlevel=error",
    "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-é",
    "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-" + String(repeating: "a", count: 512),
  ])
  func `not a traceparent`(text: String) {
    #expect(!TraceParent.isValid(text))
  }
}
