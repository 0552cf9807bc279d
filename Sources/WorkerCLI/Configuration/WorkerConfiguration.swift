import DeliveryPipeline
import Logging
import RabbitMQClient
import WorkerRuntime

/// All settings. `config/worker.yaml` documents each of them.
struct WorkerConfiguration: Sendable {
  var amqp = AMQP()
  var postgres = Postgres()
  var inbox = Inbox()
  var deadLetters = DeadLetters()
  var worker = WorkerSettings()
  var parking = ParkingPolicy()
  var drainTimeout: Duration = .seconds(25)
  var http = HTTP()
  var metrics = Metrics()
  var tracing = Tracing()
  var defaultRootName = "Root"
  var log = Log()

  struct AMQP: Sendable {
    /// Holds a password: never printed.
    var url = "amqp://guest:guest@127.0.0.1:5672/"
    /// Read anew with each connection; wins over the password of the URL.
    var passwordFile: String?
    var heartbeat: Duration = .seconds(10)
    var connectTimeout: Duration = .seconds(10)
    var prefetch = 2048
    var bufferBytes = 64 << 20
    var caFile: String?
    var certificateFile: String?
    var keyFile: String?
    var verifiesPeer = true
    var names = Names()
  }

  /// What the objects on the broker are called.
  struct Names: Sendable {
    var commandsExchange = "workspace.commands"
    var commandsQueue = "workspace.commands"
    var resultsExchange = "workspace.results"
    var eventsExchange = "workspace.events"
    var deadLettersExchange = "workspace.dead-letters"
    var deadLettersQueue = "workspace.commands.dead"
  }

  struct Postgres: Sendable {
    /// May hold a password: never printed.
    var url = "postgres://workspace_worker@127.0.0.1:5432/workspace_worker"
    /// Read anew with each connection; wins over the password of the URL.
    var passwordFile: String?
    var connectTimeout: Duration = .seconds(10)
    var responseTimeout: Duration = .seconds(25)
    var statementTimeout: Duration = .seconds(20)
    var lockTimeout: Duration = .seconds(10)
    var idleSessionTimeout: Duration = .seconds(30)

    /// Often enough for the server to see signs of life, and to see in time that it gives none.
    var keepAliveInterval: Duration { min(idleSessionTimeout / 3, responseTimeout / 2, .seconds(10)) }
  }

  struct Inbox: Sendable {
    /// How long the answer to a command is kept.
    var retention: Duration = .seconds(30 * 86_400)
    /// How long after its first processing a command may come again.
    var replayWindow: Duration = .seconds(14 * 86_400)

    var identifierLifetime: IdentifierLifetime { IdentifierLifetime(replayWindow: replayWindow) }
  }

  struct DeadLetters: Sendable {
    /// How long the ledger keeps a dead letter.
    var retention: Duration = .seconds(90 * 86_400)
  }

  struct HTTP: Sendable {
    var host = "127.0.0.1"
    var port = 8080
  }

  struct Metrics: Sendable {
    /// How often what waits in the database is counted.
    var countInterval: Duration = .seconds(15)
  }

  struct Tracing: Sendable {
    /// Where spans are sent; nil: nowhere, and none is made.
    var endpoint: String?
    /// How many of the traces that begin here are sampled.
    var sampleRatio = 0.1
  }

  struct Log: Sendable {
    var level = Logger.Level.info
    /// nil: text on a terminal, JSON elsewhere.
    var format: Format?
    /// How many lines each place of the program writes within ten seconds.
    var burst = 50

    enum Format: String, Sendable, CaseIterable {
      case json, text
    }
  }
}

