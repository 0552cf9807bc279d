import Foundation
import Logging
import PostgresClient
import Settings
import Testing

@testable import WorkerCLI

@Suite struct SettingTextTests {
  private func load(_ environment: [String: String], _ overrides: [String] = []) async throws(ConfigurationProblems)
    -> WorkerConfiguration
  {
    var loader = ConfigurationLoader.ofProgram
    loader.environment = environment
    loader.overrides = overrides
    return try await loader.load()
  }

  private func problems(_ environment: [String: String], _ overrides: [String] = []) async -> [String] {
    do throws(ConfigurationProblems) {
      _ = try await load(environment, overrides)
      return []
    } catch {
      return error.problems
    }
  }

  @Test func `line breaks at the end of a value are not part of it`() async throws {
    let configuration = try await load(
      [
        "AMQP_URL": "amqp://u:p@h/tenants\n", "POSTGRES_URL": "postgres://u@h/d?sslmode=disable\r\n",
        "HTTP_PORT": "9\n\n",
      ], ["log.level=debug\n"])
    #expect(configuration.amqp.url == "amqp://u:p@h/tenants")
    #expect(configuration.postgres.url == "postgres://u@h/d?sslmode=disable")
    #expect(configuration.http.port == 9 && configuration.log.level == .debug)
    #expect(try await load(["HTTP_PORT": "\n"]).http.port == 8080, "a value of one line break counts as unset")
  }

  @Test func `a control character within a value is refused, and not repeated`() async {
    let found = await problems(["AMQP_URL": "amqp://u:sesame@h/a\nb"])
    #expect(found.contains { $0.hasPrefix("amqp.url contains a line break") })
    #expect(!found.contains { $0.contains("sesame") })
  }

  @Test func `choices may be written in capital letters`() async throws {
    let configuration = try await load(["LOG_LEVEL": "INFO", "LOG_FORMAT": "Text", "AMQP_TLS_VERIFY": "FALSE"])
    #expect(
      configuration.log.level == .info && configuration.log.format == .text && !configuration.amqp.tls.verifiesPeer)
  }

  @Test func `variables that Kubernetes sets for a service are explained`() async {
    let found = await problems(["HTTP_PORT": "tcp://10.0.0.7:8080"])
    #expect(found.count == 1 && found[0].contains("Kubernetes") && found[0].contains("HTTP_PORT"))
  }

  @Test(arguments: [
    ("amqp://u:pa=ss@h/", "pa"), ("pass word=x", "word"), ("Amqp.Url=x", "Amqp"), ("a..b=x", "a.."),
  ])
  func `an invalid name of a setting is not repeated`(override: String, part: String) async {
    let found = await problems([:], [override])
    #expect(found.count == 1 && !found[0].contains(part), "\(found)")
  }

  /// The problems of a configuration file.
  private func problems(file: String) async throws -> [String] {
    let path = FileManager.default.temporaryDirectory.appending(path: "worker-\(UUID()).yaml").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(file.utf8).write(to: URL(filePath: path))
    var loader = ConfigurationLoader.ofProgram
    loader.environment = [:]
    loader.path = path
    do throws(ConfigurationProblems) {
      _ = try await loader.load()
      return []
    } catch {
      return error.problems.map { $0.replacing(path, with: "FILE") }
    }
  }

  @Test(arguments: ["AMQP_PREFETCH=1", "AMQP_PREFETCH=1\nLOG_LEVEL=debug\n", "- amqp\n", "just words"])
  func `a file that is no mapping is refused, not ignored`(file: String) async throws {
    #expect(try await problems(file: file) == ["the file FILE can't be read: it is not a YAML mapping"])
  }

  @Test(arguments: ["", "# nothing\n", "tracing:\n  # endpoint: x\n", "amqp:\n  prefetch:\n", "---\n"])
  func `a file, a section and a setting may be empty`(file: String) async throws {
    #expect(try await problems(file: file).isEmpty)
  }

  @Test func `null is no value, and an unknown section is named, even an empty one`() async throws {
    let found = try await problems(file: "workspace:\n  default_name: ~\namqp:\n  password_file: null\n")
    for key in ["amqp.password_file", "workspace.default_name"] {
      #expect(found.contains("\(key) is null: leave it out for its default (FILE)"), "\(found)")
    }
    #expect(try await problems(file: "tracin:\n") == ["there is no setting tracin (FILE)"])
  }

  @Test func `an unknown setting is named`() async {
    #expect(await problems([:], ["no.such_key=1"]) == ["there is no setting no.such_key (--set KEY=VALUE)"])
  }

  @Test(arguments: [
    ("postgres://u:sesame@h:99999/d", "invalid port number"),
    ("postgres://u:sesame@a:5432,b:99999/d", "invalid port number"),
    ("postgres://u:sesame@h/d?sslmode=maybe", "sslmode"), ("postgres://u:sesame@h/d?no_such_word=1", "no_such_word"),
    ("host=h password=sesame target_session_attrs=any-thing", "target_session_attrs"),
    ("postgres://u:sesame@h/d?keepalives_idle=soon", "keepalives_idle"), ("service=no-such-service", "no-such-service"),
  ])
  func `a value that libpq can't use is a configuration error`(url: String, words: String) async {
    let found = await problems(["POSTGRES_URL": url])
    #expect(
      found.count == 1 && found[0].hasPrefix("postgres.url can't be used") && found[0].contains(words), "\(found)")
    #expect(!found.contains { $0.contains("sesame") })
  }

  @Test(arguments: [
    "postgres://u@h/d", "postgres://u@a:1,b:2/d?target_session_attrs=read-write&sslmode=verify-full",
    "host=/run/postgresql dbname=d",
    "host=a hostaddr=127.0.0.1 connect_timeout=3", "postgres:///", "",
  ])
  func `a value that libpq can use is accepted, even if the server is absent`(url: String) async {
    #expect(await problems(["POSTGRES_URL": url]) == [])
  }

  @Test(arguments: [
    (["AMQP_TLS_CA_FILE": "/dev/null"], "amqp.tls.ca_file"),
    (["AMQP_TLS_CERT_FILE": "/c", "AMQP_TLS_KEY_FILE": "/k"], "amqp.tls.cert_file, amqp.tls.key_file"),
  ])
  func `files for TLS are refused without TLS`(environment: [String: String], names: String) async {
    for url in ["amqp://u:sesame@h/v", "AMQP://u:sesame@h/v", ""] {
      let found = await problems(environment.merging(["AMQP_URL": url]) { $1 })
      #expect(
        found == ["\(names) can't be used with amqp:// in amqp.url, which encrypts nothing: write amqps://"], "\(url)")
    }
  }

  @Test func `files for TLS are accepted with TLS, and other settings without`() async {
    let files = ["AMQP_TLS_CA_FILE": "/dev/null", "AMQP_TLS_CERT_FILE": "/dev/null", "AMQP_TLS_KEY_FILE": "/dev/null"]
    #expect(await problems(files.merging(["AMQP_URL": "amqps://h", "AMQP_TLS_VERIFY": "false"]) { $1 }) == [])
    #expect(await problems(["AMQP_URL": "amqp://h", "AMQP_TLS_VERIFY": "false", "AMQP_TLS_CA_FILE": ""]) == [])
  }

  @Test func `a password file is refused where a certificate logs in`() async {
    let words = "amqp.password_file can't be used with auth_mechanism=external in amqp.url, which sends no password"
    let file = "/nowhere/password"
    let external = await problems(["AMQP_URL": "amqps://h?auth_mechanism=external", "AMQP_PASSWORD_FILE": file])
    #expect(external.contains(words), "\(external)")
    let plain = await problems(["AMQP_URL": "amqps://h?auth_mechanism=plain", "AMQP_PASSWORD_FILE": file])
    #expect(plain.count == 1 && plain[0].contains(file), "\(plain)")
  }

  @Test(arguments: [
    ("postgres://u:sesame@h/d?sslmode=disable&sslrootcert=/ca.pem", "sslrootcert can't be used with sslmode=disable"),
    ("postgres://u:sesame@h/d?sslmode=allow&sslcrl=/crl.pem", "sslcrl can't be used with sslmode=allow"),
    (
      "host=h password=sesame sslmode=prefer sslcert=/c.pem sslkey=/k.pem",
      "sslcert, sslkey can't be used with sslmode=prefer"
    ),
    ("postgres://u:sesame@h/d?sslrootcert=/ca.pem", "sslrootcert can't be used with sslmode=prefer"),
    ("postgres://u:sesame@h/d?sslmode=&sslrootcert=/ca.pem", "sslrootcert can't be used with sslmode=prefer"),
    ("postgres://u:sesame@h/d?service=&sslcert=/c.pem", "sslcert can't be used with sslmode=prefer"),
  ])
  func `files for TLS are refused where libpq may do without TLS`(url: String, words: String) async {
    for key in ["url", "read_url"] {
      let found = await problems(["POSTGRES_\(key.uppercased())": url])
      #expect(
        found.count == 1 && found[0].hasPrefix("postgres.\(key) can't be used") && found[0].contains(words), "\(found)")
      #expect(!found.contains { $0.contains("sesame") })
    }
  }

  /// libpq 16 introduced the word, and verifies in full then.
  @Test func `the system's authorities are accepted where libpq knows them`() async {
    let found = await problems(["POSTGRES_URL": "postgres://u@h/d?sslrootcert=system"])
    #expect(found.isEmpty == (PostgresConfiguration.libraryVersion >= 16))
  }

  @Test(arguments: ["require", "verify-ca", "verify-full"])
  func `files for TLS are accepted where libpq insists on TLS`(mode: String) async {
    let files = "sslrootcert=/ca.pem&sslcert=/c.pem&sslkey=/k.pem"
    #expect(await problems(["POSTGRES_URL": "postgres://u@h/d?sslmode=\(mode)&\(files)"]) == [])
  }

  @Test func `colliding names are refused with both settings`() async {
    let found = await problems([
      "AMQP_NAMES_RESULTS_EXCHANGE": "workspace.commands",
      "AMQP_NAMES_DEAD_LETTERS_QUEUE": "workspace.commands.publisher",
    ])
    #expect(found.count == 2)
  }
}
