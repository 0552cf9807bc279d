package import PrometheusExporter

/// All metrics of the worker, and the only place for their names. Those of OpenTelemetry's messaging conventions keep
/// their names (https://opentelemetry.io/docs/specs/semconv/messaging/messaging-metrics/), those of the process are
/// named as by Prometheus' own clients, all others begin with `workspace_worker`.
///
/// The labels are those of ``MetricLabel``. None has a value that a sender chooses.
package enum MetricCatalogue {
  // MARK: Commands
  static let commands = MetricFamily(
    .counter, "workspace_worker.commands", help: "Messages that were worked off, by type of command and outcome.")
  static let rejections = MetricFamily(
    .counter, "workspace_worker.rejections", help: "Commands that a rule said no to, by type and code.")
  static let decisions = MetricFamily(
    .counter, "workspace_worker.authorization.decisions",
    help: "Decisions whether a user may do what he commands, by permission, type of object and outcome.")
  static let deadLetters = MetricFamily(
    .counter, "workspace_worker.dead_letters",
    help: "Messages that this process has written into the ledger of dead letters, by reason.")
  static let duration = MetricFamily(
    .histogram, "workspace_worker.command.duration", unit: .seconds, buckets: times,
    help:
      "Time of a delivery on its way, from the time its publisher gave, else its arrival, to the confirm of its result."
  )
  static let partDuration = MetricFamily(
    .histogram, "workspace_worker.command.part.duration", unit: .seconds, buckets: times,
    help: "The same in parts, which add up to it: in the queue, waiting for a batch, committing, publishing.")

  // MARK: Batches
  static let batchSize = MetricFamily(
    .histogram, "workspace_worker.batch.commands", buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096],
    help: "Messages in a transaction.")
  static let batches = MetricFamily(
    .counter, "workspace_worker.batches", help: "Batches, by why each took no further message.")
  static let rollbacks = MetricFamily(
    .counter, "workspace_worker.rollbacks", help: "Transactions that were rolled back, by cause; they are run again.")

  // MARK: Messaging
  static let consumed = MetricFamily(
    .counter, "messaging.client.consumed.messages", help: "Messages that were delivered and worked off.")
  static let sent = MetricFamily(
    .counter, "messaging.client.sent.messages", help: "Messages that were published and confirmed.")
  static let processDuration = MetricFamily(
    .histogram, "messaging.process.duration", unit: .seconds, buckets: times,
    help: "Time of a transaction, reruns included.")
  static let operationDuration = MetricFamily(
    .histogram, "messaging.client.operation.duration", unit: .seconds, buckets: times,
    help: "Time from handing the messages of a transaction over to their last confirm.")
  static let republished = MetricFamily(
    .counter, "workspace_worker.republished.messages",
    help: "Messages that an earlier worker had left in the outbox, and that were published by the one that took over.")

  static let replies = MetricFamily(
    .counter, "workspace_worker.replies",
    help: "Copies of results that commands asked for by reply_to, by outcome; all but 'delivered' never arrived.")

  // MARK: State
  static let state = MetricFamily(
    .gauge, "workspace_worker.state", help: "What the worker is doing: 1 for one state, 0 for the others.")
  static let ready = MetricFamily(.gauge, "workspace_worker.ready", help: "What /readyz says: 1 is ready.")
  static let missing = MetricFamily(
    .gauge, "workspace_worker.missing", help: "Conditions for work to flow: 1 is missing.")
  static let reconnects = MetricFamily(
    .counter, "workspace_worker.reconnects",
    help: "Sessions that ended or could not begin, by the condition that was missing.")
  static let build = MetricFamily(
    .gauge, "workspace_worker.build", unit: .info, help: "The version of the worker and of Swift.")

  // MARK: What waits
  static let prefetch = MetricFamily(
    .gauge, "workspace_worker.prefetch.limit", help: "Deliveries that the broker sends ahead.")
  static let unacknowledged = MetricFamily(
    .gauge, "workspace_worker.unacknowledged.deliveries",
    help: "Deliveries that were taken from the connection and are not acknowledged.")
  static let waiting = MetricFamily(
    .gauge, "workspace_worker.waiting.deliveries", help: "Those of them that wait for a transaction.")
  static let queueMessages = MetricFamily(
    .gauge, "workspace_worker.queue.messages", help: "Commands that wait in the queue, as the broker last said.")
  static let queueConsumers = MetricFamily(
    .gauge, "workspace_worker.queue.consumers", help: "Consumers of the queue of commands, as the broker last said.")
  static let outboxEntries = MetricFamily(
    .gauge, "workspace_worker.outbox.entries",
    help: "Entries of the outbox: transactions whose messages are not known to be confirmed.")
  static let outboxAge = MetricFamily(
    .gauge, "workspace_worker.outbox.oldest.age", unit: .seconds, help: "Age of the oldest entry of the outbox.")
  static let parkedCommands = MetricFamily(
    .gauge, "workspace_worker.parked.commands", help: "Commands that are parked.")
  static let parkedLines = MetricFamily(
    .gauge, "workspace_worker.parked.lines", help: "Tenants whose commands are parked.")
  static let parkedAge = MetricFamily(
    .gauge, "workspace_worker.parked.oldest.age", unit: .seconds, help: "How long the oldest parked command has waited."
  )
  static let storedDeadLetters = MetricFamily(
    .gauge, "workspace_worker.stored_dead_letters",
    help: "Dead letters in the ledger that nobody has discarded, by reason.")

  static let disordered = MetricFamily(
    .counter, "workspace_worker.disordered.messages",
    help: "Commands that did not come in the order in which they were sent, by what had disturbed it.")

  // MARK: Queries
  static let queries = MetricFamily(
    .counter, "workspace_worker.queries",
    help: "Messages from the queue of queries that were worked off, by type and outcome.")
  static let queryDuration = MetricFamily(
    .histogram, "workspace_worker.query.duration", unit: .seconds, buckets: times,
    help: "Time from the arrival of a query here to the confirm of its answer.")
  static let queryWait = MetricFamily(
    .histogram, "workspace_worker.query.replica.wait", unit: .seconds, buckets: times,
    help: "Time from the arrival of a query with minsequence until a server had that.")
  static let queryBatch = MetricFamily(
    .histogram, "workspace_worker.query.batch.queries", buckets: [1, 2, 4, 8, 16, 32, 64, 128],
    help: "Queries that were read in one round trip.")
  static let answers = MetricFamily(
    .counter, "workspace_worker.query.replies",
    help: "Answers to queries, by outcome; all but 'delivered' never arrived.")
  static let waitingQueries = MetricFamily(
    .gauge, "workspace_worker.waiting.queries",
    help: "Queries that wait for a connection, or for a replica to catch up, by cause.")
  static let queryConnections = MetricFamily(
    .gauge, "workspace_worker.query.connections",
    help: "Connections for queries, by whom they are to and what they are doing.")
  static let replicaLag = MetricFamily(
    .gauge, "workspace_worker.replica.lag", unit: .seconds,
    help: "How far the replica that last answered was behind, as far as it could tell; 0 where no replica answers.")
  static let replicaShortfall = MetricFamily(
    .gauge, "workspace_worker.replica.lag.sequences",
    help: "How many events of its tenant a replica lacked for the last query that had a minsequence.")
  static let queryLane = MetricFamily(
    .gauge, "workspace_worker.queries.answered", help: "Whether queries are answered: 1 is yes.")

  // MARK: Retention
  static let expired = MetricFamily(
    .counter, "workspace_worker.expired.entries",
    help: "Entries that had outlived their retention and were removed, by table.")
  static let cleaningFailures = MetricFamily(
    .counter, "workspace_worker.cleaning.failures", help: "Failed tries to remove such entries, by table.")

  // MARK: Relationships
  static let replicatedChanges = MetricFamily(
    .counter, "workspace_worker.relationships.replicated", help: "Changes of relationships that were made in SpiceDB.")
  static let relationshipDifferences = MetricFamily(
    .counter, "workspace_worker.relationships.differences",
    help: "Relationships that SpiceDB has otherwise than the database, as an audit found them; each time anew.")
  static let replicationFailures = MetricFamily(
    .counter, "workspace_worker.replication.failures", help: "Failed tries to make such changes, by reason.")
  static let replicationWaiting = MetricFamily(
    .gauge, "workspace_worker.replication.waiting.commits",
    help: "Commits whose changes of relationships are not in SpiceDB yet; no more than 100000 are counted.")
  static let replicationAge = MetricFamily(
    .gauge, "workspace_worker.replication.oldest.age", unit: .seconds, help: "Age of the oldest of them.")

  // MARK: Telemetry itself
  static let suppressedLines = MetricFamily(
    .counter, "workspace_worker.log.suppressed.lines",
    help: "Log lines that were not written, because their place had written too many.")
  static let exportedSpans = MetricFamily(
    .counter, "workspace_worker.spans.exported", help: "Spans that the receiver has taken.")
  static let droppedSpans = MetricFamily(
    .counter, "workspace_worker.spans.dropped",
    help: "Spans that were dropped: the receiver was away, or too many waited.")

  // MARK: The process
  static let processMemory = MetricFamily(.gauge, "process.resident_memory", unit: .bytes, help: "Resident memory.")
  static let processDescriptors = MetricFamily(.gauge, "process.open_fds", help: "Open file descriptors.")
  static let processDescriptorLimit = MetricFamily(
    .gauge, "process.max_fds", help: "The limit of open file descriptors.")
  static let processThreads = MetricFamily(.gauge, "process.threads", help: "Threads.")
  static let processStart = MetricFamily(
    .gauge, "process.start_time", unit: .seconds, help: "When the process started, in seconds since 1970.")
  static let processCPU = MetricFamily(
    .counter, "process.cpu", unit: .seconds, help: "Processor time, of the user and the system.")

  /// From half a millisecond, the time of a lone command on a fast machine, to a minute.
  private static let times: [Double] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
  ]

  package static let all: [MetricFamily] = [
    commands, rejections, decisions, deadLetters, duration, partDuration, batchSize, batches, rollbacks, consumed, sent,
    processDuration, operationDuration, republished, replies, state, ready, missing, reconnects, build, prefetch,
    unacknowledged,
    waiting, queueMessages, queueConsumers, outboxEntries, outboxAge, parkedCommands, parkedLines, parkedAge,
    storedDeadLetters, queries, queryDuration, queryWait, queryBatch, answers, waitingQueries, queryConnections,
    replicaLag,
    replicaShortfall, queryLane, disordered, expired, cleaningFailures, replicatedChanges, relationshipDifferences,
    replicationFailures, replicationWaiting,
    replicationAge, suppressedLines, exportedSpans, droppedSpans, processMemory, processDescriptors,
    processDescriptorLimit,
    processThreads, processStart, processCPU,
  ]
}

/// The names of labels.
enum MetricLabel: String {
  case side, type, permission, outcome, code, reason, part, cause, state, condition, table, version, swift
  case closedBy = "closed_by"
  case messagingSystem = "messaging.system"
  case messagingDestination = "messaging.destination.name"
  case messagingOperation = "messaging.operation.name"
}
