import SpiceDBClient
import Testing

@Suite struct SpiceDBEndpointTests {
  @Test(arguments: [
    ("spicedb.example:50051", SpiceDBEndpoint.Host.name("spicedb.example"), 50051),
    ("localhost:1", .name("localhost"), 1),
    ("127.0.0.1:443", .ipv4("127.0.0.1"), 443), ("[::1]:65535", .ipv6("::1"), 65535),
    ("1.2.3.4.example:9", .name("1.2.3.4.example"), 9),
  ])
  func `an endpoint is a host and a port`(text: String, host: SpiceDBEndpoint.Host, port: Int) throws {
    let endpoint = try SpiceDBEndpoint(text)
    #expect(endpoint.host == host && endpoint.port == port && endpoint.description == text)
  }

  @Test(arguments: [
    "", "spicedb", "spicedb:", ":50051", "spicedb:0", "spicedb:65536", "spicedb:-1", "spicedb:+1", "::1:50051",
    "[::1]", "[spicedb]:1", "https://spicedb:443", "spicedb:50051/", "a b:1", "http://[::1]:1",
  ])
  func `anything else is not`(text: String) {
    #expect(throws: SpiceDBEndpoint.Invalid.self) { try SpiceDBEndpoint(text) }
  }
}
