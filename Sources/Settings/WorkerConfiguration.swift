package import Coordination
import FileFormats
import FoundationEssentials
package import Logging
package import MessageContract
package import Messaging
package import WorkerRuntime
package import WorkspaceApplication

/// All settings, one struct per section of the file. What each means, and which values it may have, is in
/// ``SettingTable``.
package struct WorkerConfiguration: Sendable {
  package var amqp = AMQP()
  package var postgres = Postgres()
  package var queries = Queries()
  package var publishing = PublishingForms()
  package var inbox = Inbox()
  package var deadLetters = DeadLetters()
  package var parking = ParkingPolicy()
  package var worker = Worker()
  package var workspace = Workspace()
  package var limits = Limits()
  package var http = HTTP()
  package var metrics = Metrics()
  package var tracing = Tracing()
  package var access = Access()
  package var authorization = Authorization()
  package var log = Log()

  package struct AMQP: Sendable {
    /// Holds a password: never printed.
    package var url = "amqp://guest:guest@127.0.0.1:5672/"
    /// Read again for each connection; takes precedence over the password in the URL.
    package var passwordFile: String?
    package var heartbeat: Duration = .seconds(10)
    package var connectTimeout: Duration = .seconds(10)
    package var prefetch = 2048
    package var bufferBytes = 64 << 20
    package var tls = TLS()
    package var names = BrokerNames()
  }

  package struct TLS: Sendable {
    package var caFile: String?
    package var certificateFile: String?
    package var keyFile: String?
    package var verifiesPeer = true
  }

  package struct Postgres: Sendable {
    /// May hold a password: never printed.
    package var url = "postgres://workspace_worker@127.0.0.1:5432/workspace_worker"
    /// Where queries are answered from; nil: ``url``. May hold a password: never printed.
    package var readURL: String?
    /// Read again for each connection; takes precedence over the passwords in the URLs.
    package var passwordFile: String?
    package var connectTimeout: Duration = .seconds(10)
    package var responseTimeout: Duration = .seconds(25)
    package var statementTimeout: Duration = .seconds(20)
    package var lockTimeout: Duration = .seconds(10)
    package var idleSessionTimeout: Duration = .seconds(30)

    /// Often enough for the server to see signs of life, and for the worker to notice in time that the server gives
    /// none.
    package var keepAliveInterval: Duration { min(idleSessionTimeout / 3, responseTimeout / 2, .seconds(10)) }
  }

  /// Defaults are those of `QuerySettings`.
  package struct Queries: Sendable {
    package var poolSize = QuerySettings().poolSize
    package var timeout = QuerySettings().timeout
    package var wait = QuerySettings().wait
    package var prefetch = QuerySettings().prefetch
    package var bufferBytes = QuerySettings().bufferBytes
  }

  package struct Inbox: Sendable {
    /// How long the answer to a command is kept.
    package var retention: Duration = .seconds(30 * 86_400)
    /// How long after its first processing a command may be delivered again.
    package var replayWindow: Duration = .seconds(14 * 86_400)

    /// An inbox that forgets a command while it can still be delivered again does not protect against running it twice.
    var problems: [String] {
      let lifetime = IdentifierLifetime(replayWindow: replayWindow)
      guard !lifetime.isCovered(by: retention) else { return [] }
      let terms = lifetime.terms.map { "\($0.setting) \($0.duration.settingText)" }.joined(separator: " + ")
      return [
        "inbox.retention is \(retention.settingText), shorter than the longest life of a command's id, "
          + "\(lifetime.total.settingText) (\(terms)): a command repeated after its answer was removed would be "
          + "executed twice"
      ]
    }
  }

  package struct DeadLetters: Sendable {
    /// How long the ledger keeps a dead letter.
    package var retention: Duration = .seconds(90 * 86_400)
  }

  /// Defaults are those of `WorkerSettings`.
  package struct Worker: Sendable {
    package var batchCount = WorkerSettings().batchCount
    package var batchBytes = WorkerSettings().batchBytes
    package var handlerDeadline = WorkerSettings().handlerDeadline
    package var reconnectLongest = WorkerSettings().reconnect.longest
    package var drainTimeout: Duration = .seconds(25)
    /// What the process may allocate, in bytes.
    package var memoryLimit = 1 << 30
  }

  package struct Workspace: Sendable {
    package var defaultName = WorkspaceRules().defaultRootName
  }

  package struct Limits: Sendable {
    package var bodyBytes = ContractLimits().maximumBodyBytes
    package var batchBodyBytes = ContractLimits().maximumBatchBytes
    package var batchElements = ContractLimits().maximumBatchElements
    package var treeDepth = WorkspaceRules().treeDepth
  }

  package struct HTTP: Sendable {
    package var host = "127.0.0.1"
    package var port = 8080
  }

  package struct Metrics: Sendable {
    /// How often the entries waiting in the database are counted.
    package var countInterval: Duration = .seconds(15)
  }

  package struct Tracing: Sendable {
    /// Where spans are sent; nil: none are created.
    package var endpoint: String?
    /// The fraction, 0 to 1, of the traces beginning here that are sampled.
    package var sampleRatio = 0.1
  }

  package struct Access: Sendable {
    /// Who may send what; nil: all senders may send everything.
    package var file: File?

    /// The access list, as of the time the configuration was read.
    package struct File: Sendable {
      package let path: String
      package let list: AccessList
    }
  }

  package struct Authorization: Sendable {
    package var rules = AccessRules()
    package var provider = Provider.postgres
    package var spicedb = SpiceDB()

    /// Who decides what users may do.
    package enum Provider: String, Sendable, CaseIterable {
      /// The worker itself, on the roles in its database.
      case postgres
      /// SpiceDB, on the relationships that are replicated to it.
      case spicedb
    }

    /// Combinations under which no tenant could ever be created, or no permission decided.
    var problems: [String] {
      [
        rules.requiresUser && rules.tenantCreation == .system
          ? "with authorization.require_user and authorization.tenant_creation: system, nobody could create a tenant"
          : nil,
        provider == .spicedb && spicedb.endpoint == nil
          ? "authorization.spicedb.endpoint is needed by authorization.provider: spicedb" : nil,
      ].compactMap(\.self)
    }
  }

  package struct SpiceDB: Sendable {
    /// `HOST:PORT`; nil: relationships are kept in the database alone.
    package var endpoint: String?
    /// Read again for each call.
    package var tokenFile: String?
    package var caFile: String?
    /// Whether the connection is unencrypted.
    package var isInsecure = false

    /// Settings that require, or exclude, each other.
    var problems: [String] {
      let key = "authorization.spicedb"
      guard endpoint != nil else {
        return tokenFile == nil && caFile == nil && !isInsecure
          ? [] : ["\(key).endpoint is needed by the other settings of \(key)"]
      }
      return [
        tokenFile == nil ? "\(key).token_file is needed by \(key).endpoint" : nil,
        isInsecure && caFile != nil ? "\(key).insecure and \(key).ca_file are mutually exclusive" : nil,
      ].compactMap(\.self)
    }
  }

  package struct Log: Sendable {
    package var level = Logger.Level.info
    /// nil: text on a terminal, JSON elsewhere.
    package var format: Format?
    /// How many lines each call site may log within ten seconds.
    package var burst = 50

    package enum Format: String, Sendable, CaseIterable {
      case json, text
    }
  }

  package init() {}
}

// MARK: - For the components that are configured

extension WorkerConfiguration {
  package var workerSettings: WorkerSettings {
    var settings = WorkerSettings()
    settings.batchCount = worker.batchCount
    settings.batchBytes = worker.batchBytes
    settings.handlerDeadline = worker.handlerDeadline
    settings.reconnect = reconnect
    settings.keepAliveInterval = postgres.keepAliveInterval
    settings.limits = contractLimits
    settings.traceRatio = tracing.endpoint == nil ? 0 : tracing.sampleRatio
    settings.access = access.file?.list
    return settings
  }

  package var querySettings: QuerySettings {
    var settings = QuerySettings()
    settings.poolSize = queries.poolSize
    settings.timeout = queries.timeout
    settings.wait = queries.wait
    settings.prefetch = queries.prefetch
    settings.bufferBytes = queries.bufferBytes
    settings.reconnect = Backoff(
      shortest: settings.reconnect.shortest, longest: min(settings.reconnect.longest, worker.reconnectLongest))
    settings.limits = contractLimits
    settings.access = access.file?.list
    return settings
  }

  /// The pauses between attempts to connect.
  package var reconnect: Backoff {
    Backoff(shortest: WorkerSettings().reconnect.shortest, longest: worker.reconnectLongest)
  }

  package var contractLimits: ContractLimits {
    var limits = ContractLimits()
    limits.maximumBodyBytes = self.limits.bodyBytes
    limits.maximumBatchBytes = self.limits.batchBodyBytes
    limits.maximumBatchElements = self.limits.batchElements
    return limits
  }

  package var rules: WorkspaceRules {
    WorkspaceRules(
      defaultRootName: workspace.defaultName, treeDepth: limits.treeDepth, access: authorization.rules)
  }
}

extension ParkingPolicy {
  var retryDelays: [Duration] {
    get { retries.limits }
    set { retries = RetrySchedule(newValue) }
  }

  /// A line is full at ``lineLimit``, or by its age before that; its reserve can't end before it begins.
  var problems: [String] {
    guard whenFull == .strict, reserveLimit < lineLimit else { return [] }
    return [
      "parking.reserve_limit (\(reserveLimit)) must be at least parking.line_limit (\(lineLimit)) with "
        + "parking.when_full: strict: a full line would take no further command"
    ]
  }
}

extension SettingKind<WorkerConfiguration.Access.File?> {
  static var accessFile: Self {
    Self(write: { $0?.path ?? "" }) { path throws(Refusal) in
      guard let data = FileManager.default.contents(atPath: path) else {
        throw Refusal("\(path) can't be used: no such file, or no permission to read it")
      }
      do {
        return .init(path: path, list: try AccessListFile.list(yaml: String(decoding: data, as: UTF8.self)))
      } catch {
        throw Refusal("\(path) can't be used: \(error)")
      }
    }
  }
}
