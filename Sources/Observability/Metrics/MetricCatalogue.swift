package import PrometheusExporter

/// All metrics of the worker, and the only place for their names. Those of OpenTelemetry's messaging conventions keep
/// their names (https://opentelemetry.io/docs/specs/semconv/messaging/messaging-metrics/), those of the process are
/// named as by Prometheus' own clients, all others begin with `workspace_worker`.
///
/// The labels are those of ``MetricLabel``. None has a value that a sender chooses.
package enum MetricCatalogue {
  // MARK: Commands
  static let commands = MetricFamily(
    .counter, "workspace_worker.commands", help: "Messages processed, by command type and outcome.")
  static let rejections = MetricFamily(
    .counter, "workspace_worker.rejections", help: "Commands rejected by a rule, by type and code.")
  static let decisions = MetricFamily(
    .counter, "workspace_worker.authorization.decisions",
    help: "Authorization decisions on users' commands and queries, by permission, object type and outcome.")
  static let deadLetters = MetricFamily(
    .counter, "workspace_worker.dead_letters",
    help: "Messages that this process wrote to the dead-letter ledger, by reason.")
  static let duration = MetricFamily(
    .histogram, "workspace_worker.command.duration", unit: .seconds, buckets: times,
    help: "Time from the publisher's timestamp, else the arrival here, to the confirm of the result.")
  static let partDuration = MetricFamily(
    .histogram, "workspace_worker.command.part.duration", unit: .seconds, buckets: times,
    help: "The same time by part: in the queue, waiting for a batch, committing, publishing. The parts add up to it.")

  // MARK: Batches
  static let batchSize = MetricFamily(
    .histogram, "workspace_worker.batch.commands", buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096],
    help: "Messages per transaction.")
  static let batches = MetricFamily(
    .counter, "workspace_worker.batches", help: "Batches, by why each was closed to further messages.")
  static let rollbacks = MetricFamily(
    .counter, "workspace_worker.rollbacks", help: "Transactions rolled back, by cause; they are rerun.")

  // MARK: Messaging
  static let consumed = MetricFamily(
    .counter, "messaging.client.consumed.messages", help: "Messages delivered and processed.")
  static let sent = MetricFamily(
    .counter, "messaging.client.sent.messages", help: "Messages published and confirmed.")
  static let processDuration = MetricFamily(
    .histogram, "messaging.process.duration", unit: .seconds, buckets: times,
    help: "Duration of a transaction, including reruns.")
  static let operationDuration = MetricFamily(
    .histogram, "messaging.client.operation.duration", unit: .seconds, buckets: times,
    help: "Time from handing over a transaction's messages for publishing to their last confirm.")
  static let republished = MetricFamily(
    .counter, "workspace_worker.republished.messages",
    help: "Messages left in the outbox by an earlier worker and published by the one that took over.")

  static let replies = MetricFamily(
    .counter, "workspace_worker.replies",
    help: "Result copies requested by reply_to, by outcome; all but 'delivered' never arrived.")

  // MARK: State
  static let state = MetricFamily(
    .gauge, "workspace_worker.state", help: "State of the worker: 1 for the current state, 0 for the others.")
  static let ready = MetricFamily(.gauge, "workspace_worker.ready", help: "Readiness as in /readyz: 1 is ready.")
  static let missing = MetricFamily(
    .gauge, "workspace_worker.missing", help: "Conditions for readiness: 1 is missing.")
  static let reconnects = MetricFamily(
    .counter, "workspace_worker.reconnects",
    help: "Sessions that ended or failed to start, by the missing condition.")
  static let build = MetricFamily(
    .gauge, "workspace_worker.build", unit: .info, help: "Versions of the worker and of Swift.")

  // MARK: Waiting work
  static let prefetch = MetricFamily(
    .gauge, "workspace_worker.prefetch.limit", help: "The most unacknowledged deliveries that the broker sends ahead.")
  static let unacknowledged = MetricFamily(
    .gauge, "workspace_worker.unacknowledged.deliveries",
    help: "Deliveries received and not yet acknowledged.")
  static let waiting = MetricFamily(
    .gauge, "workspace_worker.waiting.deliveries", help: "Unacknowledged deliveries that wait for a transaction.")
  static let queueMessages = MetricFamily(
    .gauge, "workspace_worker.queue.messages", help: "Commands waiting in the queue, as last reported by the broker.")
  static let queueConsumers = MetricFamily(
    .gauge, "workspace_worker.queue.consumers", help: "Consumers of the command queue, as last reported by the broker.")
  static let outboxEntries = MetricFamily(
    .gauge, "workspace_worker.outbox.entries",
    help: "Outbox entries: transactions whose messages are not known to be confirmed.")
  static let outboxAge = MetricFamily(
    .gauge, "workspace_worker.outbox.oldest.age", unit: .seconds, help: "Age of the oldest outbox entry.")
  static let parkedCommands = MetricFamily(
    .gauge, "workspace_worker.parked.commands", help: "Parked commands.")
  static let parkedLines = MetricFamily(
    .gauge, "workspace_worker.parked.lines", help: "Tenants with parked commands.")
  static let parkedAge = MetricFamily(
    .gauge, "workspace_worker.parked.oldest.age", unit: .seconds, help: "Time the oldest parked command has waited."
  )
  static let storedDeadLetters = MetricFamily(
    .gauge, "workspace_worker.stored_dead_letters",
    help: "Dead letters in the ledger that are not discarded, by reason.")

  static let disordered = MetricFamily(
    .counter, "workspace_worker.disordered.messages",
    help: "Commands that did not arrive in the order in which they were sent, by cause.")

  // MARK: Queries
  static let queries = MetricFamily(
    .counter, "workspace_worker.queries",
    help: "Messages processed from the query queue, by type and outcome.")
  static let queryDuration = MetricFamily(
    .histogram, "workspace_worker.query.duration", unit: .seconds, buckets: times,
    help: "Time from a query's arrival to the confirm of its answer.")
  static let queryWait = MetricFamily(
    .histogram, "workspace_worker.query.replica.wait", unit: .seconds, buckets: times,
    help: "Time from the arrival of a query with minsequence until a server had reached it.")
  static let queryBatch = MetricFamily(
    .histogram, "workspace_worker.query.batch.queries", buckets: [1, 2, 4, 8, 16, 32, 64, 128],
    help: "Queries read in one round trip.")
  static let answers = MetricFamily(
    .counter, "workspace_worker.query.replies",
    help: "Answers to queries, by outcome; all but 'delivered' never arrived.")
  static let waitingQueries = MetricFamily(
    .gauge, "workspace_worker.waiting.queries",
    help: "Queries waiting for a connection, or for a replica to catch up, by cause.")
  static let queryConnections = MetricFamily(
    .gauge, "workspace_worker.query.connections",
    help: "Query connections, by server and activity.")
  static let replicaLag = MetricFamily(
    .gauge, "workspace_worker.replica.lag", unit: .seconds,
    help: "Lag of the replica that last answered, as far as it could tell; 0 where no replica answers.")
  static let replicaShortfall = MetricFamily(
    .gauge, "workspace_worker.replica.lag.sequences",
    help: "Events of the tenant that a replica lacked at the last query with a minsequence.")
  static let queryLane = MetricFamily(
    .gauge, "workspace_worker.queries.answered",
    help: "Whether queries are answered, be it by the primary after queries.wait: 1 is yes.")

  // MARK: Retention
  static let expired = MetricFamily(
    .counter, "workspace_worker.expired.entries",
    help: "Expired entries removed, by table.")
  static let cleaningFailures = MetricFamily(
    .counter, "workspace_worker.cleaning.failures", help: "Failed attempts to remove expired entries, by table.")

  // MARK: Relationships
  static let replicatedChanges = MetricFamily(
    .counter, "workspace_worker.relationships.replicated", help: "Relationship changes applied to SpiceDB.")
  static let relationshipDifferences = MetricFamily(
    .counter, "workspace_worker.relationships.differences",
    help: "Relationships found by an audit to differ between SpiceDB and the database; counted again by each audit.")
  static let replicationFailures = MetricFamily(
    .counter, "workspace_worker.replication.failures", help: "Failed attempts to apply relationship changes, by reason."
  )
  static let replicationWaiting = MetricFamily(
    .gauge, "workspace_worker.replication.waiting.commits",
    help: "Commits whose relationship changes are not in SpiceDB yet; at most 100000 are counted.")
  static let replicationAge = MetricFamily(
    .gauge, "workspace_worker.replication.oldest.age", unit: .seconds,
    help: "Age of the oldest commit not yet replicated.")

  // MARK: Telemetry itself
  static let suppressedLines = MetricFamily(
    .counter, "workspace_worker.log.suppressed.lines",
    help: "Log lines suppressed because the same place in the program had written too many.")
  static let exportedSpans = MetricFamily(
    .counter, "workspace_worker.spans.exported", help: "Spans accepted by the receiver.")
  static let droppedSpans = MetricFamily(
    .counter, "workspace_worker.spans.dropped",
    help: "Spans dropped: rejected, the receiver unavailable, or too many waiting.")

  // MARK: The process
  static let processMemory = MetricFamily(.gauge, "process.resident_memory", unit: .bytes, help: "Resident memory.")
  static let processDescriptors = MetricFamily(.gauge, "process.open_fds", help: "Open file descriptors.")
  static let processDescriptorLimit = MetricFamily(
    .gauge, "process.max_fds", help: "Limit on open file descriptors.")
  static let processThreads = MetricFamily(.gauge, "process.threads", help: "Threads.")
  static let processStart = MetricFamily(
    .gauge, "process.start_time", unit: .seconds, help: "Start time of the process, in seconds since 1970.")
  static let processCPU = MetricFamily(
    .counter, "process.cpu", unit: .seconds, help: "Processor time, user and system.")

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
