import Coordination
import Logging
import MessageContract
import Messaging
import Testing
import WorkerRuntime
import WorkspaceApplication

@testable import Settings

/// What a setting accepts and refuses, as text.
@Suite struct SettingKindTests {
  private func problems(_ key: String, _ text: String) throws -> [String] {
    let setting = try #require(SettingTable.all.first { $0.key == key })
    var configuration = WorkerConfiguration()
    return setting.read(text, into: &configuration)
  }

  private func read(_ key: String, _ text: String) throws -> WorkerConfiguration {
    let setting = try #require(SettingTable.all.first { $0.key == key })
    var configuration = WorkerConfiguration()
    #expect(setting.read(text, into: &configuration).isEmpty)
    return configuration
  }

  @Test(arguments: [
    ("amqp.prefetch", "1"), ("amqp.prefetch", "65535"), ("amqp.buffer_bytes", "1048576"),
    ("amqp.buffer_bytes", "1048576B"),
    ("amqp.buffer_bytes", "16GiB"), ("postgres.lock_timeout", "100ms"), ("postgres.lock_timeout", "1h"),
    ("amqp.tls.verify", "OFF"),
    ("parking.retry_delays", "none"), ("parking.retry_delays", "0s , 1d"), ("parking.when_full", "Skip"),
    ("tracing.sample_ratio", "1"),
    ("tracing.endpoint", "https://receiver/v1/traces"), ("log.level", "WARNING"), ("log.format", "JSON"),
    ("amqp.names.commands_queue", "é"),
  ])
  func `a value within the limits is accepted`(key: String, text: String) throws {
    #expect(try problems(key, text) == [])
  }

  @Test(arguments: [
    ("amqp.prefetch", "0", "is not a whole number from 1 to 65535"),
    ("amqp.prefetch", "many", "is not a whole number from 1 to 65535"),
    ("amqp.buffer_bytes", "1KiB", "is not a size from 1048576 to 17179869184 bytes, such as 256KiB or 64MiB"),
    ("amqp.buffer_bytes", "9999999999GiB", "is not a size from 1048576 to 17179869184 bytes, such as 256KiB or 64MiB"),
    ("amqp.heartbeat", "10", "is not a duration from 1s to 10m, such as 500ms, 10s, 5m, 1h or 30d"),
    ("amqp.tls.verify", "perhaps", "is neither true nor false"),
    ("parking.retry_delays", "1s,,2s", "is not a list of 0 to 20 durations up to 1d, such as 1s, 5s, 2m"),
    ("parking.retry_delays", "25h", "is not a list of 0 to 20 durations up to 1d, such as 1s, 5s, 2m"),
    ("parking.when_full", "never", "is not one of strict, skip"),
    ("tracing.sample_ratio", "1.1", "is not a number from 0 to 1"),
    ("log.format", "xml", "is neither json nor text"),
    ("workspace.default_name", " ", "is not a workspace name: 1-512 characters, no control characters"),
    (
      "amqp.names.commands_queue", "amq.mine",
      "is not a name for an exchange or queue: 1-255 bytes, no control characters, not amq.*"
    ),
    ("access.file", "/no/such/file", "/no/such/file can't be used: no such file, or no permission to read it"),
  ])
  func `a value beyond the limits is refused with the valid range or form`(key: String, text: String, problem: String)
    throws
  {
    #expect(try problems(key, text) == [problem])
  }

  @Test func `every problem of an endpoint is reported`() throws {
    #expect(
      try problems("tracing.endpoint", "ftp://me:sesame@h") == [
        "is not an http:// or https:// URL", "must not contain credentials",
      ])
  }

  @Test(arguments: [
    "http://h", "http://h/", "http://h:1", "https://receiver.example:65535/v1/traces", "http://127.0.0.1:4318",
    "http://[::1]", "http://[::ffff:10.0.0.1]:4318/otlp", "http://otel_collector-1.svc:4318",
  ])
  func `an endpoint has a host, and may have a port`(text: String) throws {
    #expect(try problems("tracing.endpoint", text) == [])
  }

  @Test(arguments: ["http://", "https:///x", "http://:4318", "http:///v1/traces"])
  func `an endpoint without a host is refused`(text: String) throws {
    #expect(try problems("tracing.endpoint", text) == ["has no host"])
  }

  @Test(arguments: [
    "h:99999", "h:65536", "h:0", "h:", "h:+1", "h:-1", "h:１", "h:1:2", "[::1]:x", "h:9999999999999999999",
  ])
  func `an endpoint with an impossible port is refused`(rest: String) throws {
    #expect(
      try problems("tracing.endpoint", "http://\(rest)/v1/traces") == [
        "has a port that is not a number from 1 to 65535"
      ])
  }

  @Test(arguments: ["[::1]4318", "[::1", "[h]:1", "[]", "ü:1", #"h\x"#, "a%20b", "h,i"])
  func `an endpoint with an impossible host is refused`(rest: String) throws {
    #expect(
      try problems("tracing.endpoint", "http://\(rest)") == [
        "has a host that is neither a name nor an address (IPv6 needs brackets)"
      ])
  }

  @Test(arguments: ["h :4318", " h", "h/a b", "h\t", "h\n", "h\u{7F}", "h\u{A0}", "h\u{2028}"])
  func `an endpoint with a gap is refused`(rest: String) throws {
    #expect(
      try problems("tracing.endpoint", "http://\(rest)") == ["must not contain white space or control characters"])
  }

  @Test func `each value goes to its place in the configuration`() throws {
    #expect(try read("parking.retry_delays", "1s, 2m").parking.retries == RetrySchedule([.seconds(1), .seconds(120)]))
    #expect(try read("amqp.names.dead_letters_queue", "dead").amqp.names.deadLettersQueue == "dead")
    #expect(try read("limits.body_bytes", "1MiB").workerSettings.limits.maximumBodyBytes == 1 << 20)
    #expect(try read("worker.reconnect_longest", "5s").reconnect.longest == .seconds(5))
    #expect(try read("workspace.default_name", "Top").rules.defaultRootName == "Top")
    #expect(try read("log.level", "Error").log.level == .error)
  }

  @Test func `spans are sampled only if they are exported`() throws {
    #expect(WorkerConfiguration().workerSettings.traceRatio == 0)
    #expect(try read("tracing.endpoint", "http://h").workerSettings.traceRatio == 0.1)
  }
}
