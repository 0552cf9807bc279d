import Logging
import Messaging
import PostgresClient
import RabbitMQBroker
import RabbitMQClient
import Secrets
import Settings
import SpiceDBClient
import WorkerRuntime

/// How the configured servers are reached.
struct Servers: Sendable {
  let amqp: RabbitMQConfiguration
  let postgres: PostgresConfiguration
  /// Where queries are answered from: any host that shows the same.
  let reading: PostgresConfiguration
  /// nil: relationships aren't replicated.
  let spicedb: SpiceDBConfiguration?
  let topologyNames: BrokerNames
  /// The user named as the sender of commands, which the broker verifies; nil without an access list, since it is then
  /// not needed, and if a certificate identifies the sender.
  let senderUser: ShortString?

  /// `<virtual host>/<queue>`: whose leases, outgoing messages and parked commands these are.
  var queueKey: String { amqp.key(of: topologyNames.commandsQueue) }

  /// The same for messages dead-lettered by the broker.
  var deadQueueKey: String { amqp.key(of: topologyNames.deadLettersQueue) }

  /// The same of queries.
  var queriesQueueKey: String { amqp.key(of: topologyNames.queriesQueue) }

  /// - Throws: ``ConfigurationProblems`` if a URL can't be parsed. It contains no part of a password.
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

  /// For an interactive command: it gives up connecting within ten seconds.
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
      var amqp = try RabbitMQConfiguration(url)
      // The URL's own value wins.
      if url.parameters.heartbeat == nil { amqp.setHeartbeat(Int(settings.heartbeat.components.seconds)) }
      if url.parameters.connectionTimeout == nil { amqp.connectTimeout = settings.connectTimeout }
      amqp.tls?.add(settings.tls)
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

  /// A file that can't be read at the start is a mistake; later reads are retried.
  private static func check(_ file: String, _ key: String, _ problems: inout ConfigurationProblems) {
    do throws(UnreadableSecret) { _ = try Secret(file: file).reveal() } catch { problems.add("\(key): \(error)") }
  }

  /// - Parameter key: what the URL is called.
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
    // Of several hosts, everything goes to the writable one: a standby's data is late, and it takes no changes.
    postgres.requiresWriting = true
    do throws(PostgresError) { try postgres.validate() } catch {
      problems.add("postgres.\(key) can't be used: \(error)")
    }
    return postgres
  }

  /// - Returns: nil if there is none, or it can't be used.
  private static func spicedb(
    _ settings: WorkerConfiguration.SpiceDB, _ problems: inout ConfigurationProblems
  ) -> SpiceDBConfiguration? {
    guard let text = settings.endpoint, let file = settings.tokenFile else { return nil }
    check(file, "authorization.spicedb.token_file", &problems)
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

extension TLSOptions {
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
