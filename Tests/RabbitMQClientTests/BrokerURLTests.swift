import RabbitMQClient
import Secrets
import Testing

@Suite struct BrokerURLTests {
  @Test(arguments: [
    ("amqp://h", "/"), ("amqp://h/", "/"), ("amqp://h/%2f", "/"), ("amqp://h/%2F", "/"), ("amqp://h/prod", "prod"),
    ("amqp://h/a%2Fb", "a/b"), ("amqp://h/%C3%BC", "ü"), ("amqp://h?heartbeat=5", "/"), ("amqp://h/?heartbeat=5", "/"),
  ])
  func `the virtual host is the decoded path, by default /`(url: String, virtualHost: String) throws {
    #expect(try BrokerURL(url).virtualHost == virtualHost)
  }

  @Test(arguments: [
    ("amqp://h", "h", 5672), ("amqps://h", "h", 5671), ("AMQP://h:1", "h", 1), ("amqp://h:65535/", "h", 65535),
    ("amqp://", "localhost", 5672), ("amqp:///v", "localhost", 5672), ("amqp://:99", "localhost", 99),
    ("amqp://[::1]", "::1", 5672), ("amqps://u:p@[fe80::1]:7/v", "fe80::1", 7), ("amqp://h:", "h", 5672),
    ("amqp://10.0.0.1:5673", "10.0.0.1", 5673), ("amqp://ho%61st", "hoast", 5672),
  ])
  func `host and port have defaults`(url: String, host: String, port: Int) throws {
    let parsed = try BrokerURL(url)
    #expect(parsed.host == host)
    #expect(parsed.port == port)
  }

  @Test(arguments: [
    ("amqp://h", "guest", "guest"), ("amqp://u:p@h", "u", "p"), ("amqp://u@h", "u", ""), ("amqp://u:@h", "u", ""),
    ("amqp://us%65r:p%40%2F%3a@h", "user", "p@/:"), ("amqp://u:a:b@h", "u", "a:b"), ("amqp://u:a+b@h", "u", "a+b"),
  ])
  func `user and password are decoded`(url: String, user: String, password: String) throws {
    let parsed = try BrokerURL(url)
    #expect(parsed.user == user)
    #expect(try parsed.password.reveal() == password)
  }

  @Test(arguments: [
    ("http://h", BrokerURLError.unknownScheme), ("h:5672", .unknownScheme), ("", .unknownScheme),
    ("amqp:/h", .unknownScheme),
    ("amqp://h:x", .malformedPort), ("amqp://h:0", .malformedPort), ("amqp://h:65536", .malformedPort),
    ("amqp://h:-1", .malformedPort), ("amqp://[::1", .malformedHost), ("amqp://[h]", .malformedHost),
    ("amqp://[::1]x", .malformedHost), ("amqp://h/a/b", .malformedVirtualHost),
    ("amqp://h/\(String(repeating: "v", count: 256))", .malformedVirtualHost),
    ("amqp://h/%2", .malformedEncoding(part: "virtual host")), ("amqp://u:%zz@h", .malformedEncoding(part: "password")),
    ("amqp://u%00:p@h", .malformedEncoding(part: "user")), ("amqp://h/%ff", .malformedEncoding(part: "virtual host")),
    ("amqp://u:p/ss@h", .unencodedCredentials), ("amqp://u:p?heartbeat=1@h", .unencodedCredentials),
    ("amqp://u:p#ss@h", .unencodedCredentials), ("amqp://h/#x", .unencodedCredentials),
    ("amqp://h?heartbeet=1&x=2", .unknownParameters(["heartbeet", "x"])),
    ("amqp://h?heartbeat=x", .malformedParameter(name: "heartbeat", expected: "a number of seconds from 0 to 65535")),
    ("amqp://h?verify=verify_none", .tlsParametersWithoutTLS(["verify"])),
    ("amqps://h?verify=maybe", .malformedParameter(name: "verify", expected: "verify_peer or verify_none")),
    ("amqp://h?auth_mechanism=kerberos", .malformedParameter(name: "auth_mechanism", expected: "plain or external")),
  ])
  func `each kind of mistake has its own error`(url: String, error: BrokerURLError) {
    #expect(throws: error) { try BrokerURL(url) }
  }

  @Test(arguments: [
    "amqp://u:s3cret@h:x", "amqp://u:s3cret/@h", "amqp://u:s3cret?a=s3cret@h", "amqp://u:s3cret%zz@h",
    "amqp://u:s3/s3cret",
    "amqp://u:s3cret@h?what=1", "http://u:s3cret@h", "amqp://u:s3cret@[h]", "amqp://u:s3cret#@h", "amqp://u:s3cret@[h",
  ])
  func `errors never contain the password`(url: String) {
    let error = #expect(throws: BrokerURLError.self) { try BrokerURL(url) }
    #expect(error.map { !"\($0)".contains("s3cret") && !String(reflecting: $0).contains("s3cret") } == true)
  }

  @Test func `descriptions and dumps mask the password`() throws {
    let url = try BrokerURL("amqps://us%40er:s3cret@[::1]:7/a%2Fb")
    #expect("\(url)" == "amqps://us%40er:***@[::1]:7/a%2Fb")
    let configuration = try RabbitMQConfiguration(url)
    var dumped = ""
    dump(configuration, to: &dumped)
    dump(url, to: &dumped)
    #expect(!dumped.contains("s3cret"))
    #expect(!"\(configuration)".contains("s3cret"))
    #expect(!String(reflecting: configuration).contains("s3cret"))
    #expect(configuration.endpoint == "[::1]:7")
  }

  @Test func `parameters set what they name`() throws {
    let configuration = try RabbitMQConfiguration(
      url: "amqps://h?cacertfile=%2Fca.pem&certfile=/c.pem&keyfile=/k.pem&verify=verify_none&heartbeat=7"
        + "&connection_timeout=1500&auth_mechanism=EXTERNAL&server_name_indication=h")
    var tls = TLSOptions()
    (tls.authorityFile, tls.certificateFile, tls.keyFile) = ("/ca.pem", "/c.pem", "/k.pem")
    (tls.verifiesPeer, tls.verifiesHostName) = (false, false)
    #expect(configuration.tls == tls)
    #expect(configuration.heartbeat == 7)
    #expect(configuration.connectTimeout == .milliseconds(1500))
    #expect(configuration.authentication == .external(user: "guest"))
  }

  @Test func `TLS verifies peer and host name by default`() throws {
    let configuration = try RabbitMQConfiguration(url: "amqps://h")
    #expect(configuration.tls == TLSOptions())
    #expect(TLSOptions().verifiesPeer && TLSOptions().verifiesHostName)
    #expect(try RabbitMQConfiguration(url: "amqp://h").tls == nil)
  }
}
