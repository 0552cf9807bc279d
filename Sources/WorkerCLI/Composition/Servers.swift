import FoundationEssentials
import Logging
import Messaging
import PostgresClient
import RabbitMQBroker
import RabbitMQClient
import Secrets
import Settings
import SpiceDBClient
import WorkerRuntime

/// How to reach the configured servers.
struct Servers: Sendable {
  let amqp: RabbitMQConfiguration
  let postgres: PostgresConfiguration
  /// Where queries are answered from, on a standby if there is one: `postgres.read_url`, by default the same as
  /// ``postgres``.
  let reading: PostgresConfiguration
  /// Nil if relationships aren't replicated.
  let spicedb: SpiceDBConfiguration?
  let topologyNames: BrokerNames
  /// The user to name as the sender of commands, which the broker verifies. Nil without an access list, which alone
  /// needs it, and if the sender is identified by a certificate.
  let senderUser: ShortString?

  /// The queue of commands as `<virtual host>/<queue>`: the database keeps its lease, outbox and parked commands under
  /// this key.
  var queueKey: String { amqp.key(of: topologyNames.commandsQueue) }

  /// The same for the queue of messages dead-lettered by the broker.
  var deadQueueKey: String { amqp.key(of: topologyNames.deadLettersQueue) }

  /// The same for the queue of queries.
  var queriesQueueKey: String { amqp.key(of: topologyNames.queriesQueue) }

  /// - Throws: ``ConfigurationProblems``, for example if a URL can't be parsed. They contain no part of a password.
  init(_ configuration: WorkerConfiguration) throws(ConfigurationProblems) {
    var problems = ConfigurationProblems()
    let amqp = Self.amqp(configuration.amqp, &problems)
    let postgres = Self.postgres(configuration.postgres, configuration.postgres.url, "url", &problems)
    var reading = postgres
    if let url = configuration.postgres.readURL {
      reading = Self.postgres(configuration.postgres, url, "read_url", &problems)
    }
    let spicedb = Self.spicedb(configuration.authorization.spicedb, &problems)
    guard let amqp, problems.isEmpty else { throw problems }
    self.spicedb = spicedb
    self.amqp = amqp
    self.postgres = postgres
    self.reading = reading
    topologyNames = configuration.amqp.names
    senderUser = configuration.access.file == nil ? nil : amqp.user.flatMap { ShortString($0) }
  }

  private init(
    amqp: RabbitMQConfiguration, postgres: PostgresConfiguration, reading: PostgresConfiguration,
    spicedb: SpiceDBConfiguration?, topologyNames: BrokerNames, senderUser: ShortString?
  ) {
    self.spicedb = spicedb
    self.senderUser = senderUser
    self.amqp = amqp
    self.postgres = postgres
    self.reading = reading
    self.topologyNames = topologyNames
  }

  /// For an interactive command, which gives up connecting within ten seconds.
  var forOneCommand: Servers {
    var amqp = amqp
    var postgres = postgres
    amqp.connectTimeout = min(amqp.connectTimeout, .seconds(8))
    var reading = reading
    postgres.connectTimeout = min(postgres.connectTimeout, .seconds(8))
    reading.connectTimeout = min(reading.connectTimeout, .seconds(8))
    return Servers(
      amqp: amqp, postgres: postgres, reading: reading, spicedb: spicedb, topologyNames: topologyNames,
      senderUser: senderUser)
  }

  private static func amqp(
    _ settings: WorkerConfiguration.AMQP, _ problems: inout ConfigurationProblems
  ) -> RabbitMQConfiguration? {
    do throws(BrokerURLError) {
      let url = try BrokerURL(settings.url)
      for problem in contradictions(settings, url) { problems.add(problem) }
      var amqp = try RabbitMQConfiguration(url)
      // Values in the URL win.
      if url.parameters.heartbeat == nil { amqp.setHeartbeat(Int((settings.heartbeat / .seconds(1)).rounded(.up))) }
      if url.parameters.connectionTimeout == nil { amqp.connectTimeout = settings.connectTimeout }
      amqp.tls?.add(settings.tls)
      for (name, file) in amqp.tls?.files ?? [] { check(exists: file, "amqp.tls.\(name)", &problems) }
      if let file = settings.passwordFile {
        amqp.usePassword(of: file)
        check(file, "amqp.password_file", &problems)
      }
      return amqp
    } catch {
      problems.add("amqp.url can't be used: \(error)")
      return nil
    }
  }

  /// Settings for a protection that the URL rules out: to ignore them would leave the operator with less than was asked
  /// for.
  private static func contradictions(_ settings: WorkerConfiguration.AMQP, _ url: BrokerURL) -> [String] {
    var problems: [String] = []
    if !url.usesTLS, !settings.tls.fileNames.isEmpty {
      let names = settings.tls.fileNames.map { "amqp.tls.\($0)" }.joined(separator: ", ")
      problems.append("\(names) can't be used with amqp:// in amqp.url, which encrypts nothing: write amqps://")
    }
    if url.parameters.usesExternalAuthentication, settings.passwordFile != nil {
      problems.append(
        "amqp.password_file can't be used with auth_mechanism=external in amqp.url, which sends no password")
    }
    return problems
  }

  /// A file that can't be read at the start is a configuration mistake; later reads are retried.
  private static func check(_ file: String, _ key: String, _ problems: inout ConfigurationProblems) {
    do throws(UnreadableSecret) { _ = try Secret(file: file).reveal() } catch { problems.add("\(key): \(error)") }
  }

  private static func check(exists file: String, _ key: String, _ problems: inout ConfigurationProblems) {
    guard !FileManager.default.isReadableFile(atPath: file) else { return }
    problems.add("\(key): \(file) can't be used: no such file, or no permission to read it")
  }

  /// - Parameter key: the name of the URL's setting: `url` or `read_url`.
  private static func postgres(
    _ settings: WorkerConfiguration.Postgres, _ url: String, _ key: String, _ problems: inout ConfigurationProblems
  ) -> PostgresConfiguration {
    var postgres = PostgresConfiguration(url: url)
    if let file = settings.passwordFile {
      postgres.password = Secret(file: file)
      if key == "url" { check(file, "postgres.password_file", &problems) }
    }
    postgres.connectTimeout = settings.connectTimeout
    postgres.responseTimeout = settings.responseTimeout
    postgres.statementTimeout = settings.statementTimeout
    postgres.lockTimeout = settings.lockTimeout
    // Of several hosts, the writable one is used: a standby's data lags behind, and it accepts no changes. Only queries
    // may use a standby (`forQueriesOfStandby(timeout:)`).
    postgres.requiresWriting = true
    do throws(PostgresError) { try postgres.validate() } catch {
      problems.add("postgres.\(key) can't be used: \(error)")
    }
    return postgres
  }

  /// - Returns: nil if none is configured, or its endpoint can't be used.
  private static func spicedb(
    _ settings: WorkerConfiguration.SpiceDB, _ problems: inout ConfigurationProblems
  ) -> SpiceDBConfiguration? {
    guard let text = settings.endpoint, let file = settings.tokenFile else { return nil }
    check(file, "authorization.spicedb.token_file", &problems)
    if let file = settings.caFile { check(exists: file, "authorization.spicedb.ca_file", &problems) }
    do throws(SpiceDBEndpoint.Invalid) {
      return SpiceDBConfiguration(
        endpoint: try SpiceDBEndpoint(text), security: settings.isInsecure ? .plaintext : .tls(caFile: settings.caFile),
        token: Secret(file: file))
    } catch {
      problems.add("authorization.spicedb.endpoint can't be used: \(error)")
      return nil
    }
  }
}

extension WorkerConfiguration.TLS {
  /// The settings of files that are given.
  fileprivate var fileNames: [String] {
    let files = [("ca_file", caFile), ("cert_file", certificateFile), ("key_file", keyFile)]
    return files.filter { $0.1 != nil }.map(\.0)
  }
}

extension TLSOptions {
  /// The files that it names, by their settings.
  fileprivate var files: [(name: String, file: String)] {
    [("ca_file", authorityFile), ("cert_file", certificateFile), ("key_file", keyFile)].compactMap { name, file in
      file.map { (name, $0) }
    }
  }

  fileprivate mutating func add(_ settings: WorkerConfiguration.TLS) {
    authorityFile = authorityFile ?? settings.caFile
    certificateFile = certificateFile ?? settings.certificateFile
    keyFile = keyFile ?? settings.keyFile
    if !settings.verifiesPeer {
      verifiesPeer = false
      verifiesHostName = false
    }
  }
}
