import Logging
import Messaging
import WorkerRuntime
import WorkspaceApplication

/// Every setting, as it is read, shown, and written to `config/worker.yaml` and the README. A new setting takes an
/// entry here and the property that it sets.
package enum SettingTable {
  package static let sections: [SettingSection] = [
    amqp, tls, names, publishing, postgres, queries, inbox, deadLetters, parking, worker, workspace,
    limits, http, metrics, tracing, access, authorization, spicedb, log,
  ]

  package static var all: [Setting] { sections.flatMap(\.settings) }

  private static let lifetimes: ClosedRange<Duration> = .seconds(1) ... .seconds(3650 * 86_400)

  private static let queries = SettingSection(
    "queries", \.queries,
    explanation: """
      Queries, served independently of commands; see docs/queries.md.
      """,
    [
      .init(
        "pool_size", \.poolSize, .integer(1...64),
        """
        Connections to postgres.read_url, each with its own thread.
        """),
      .init(
        "timeout", \.timeout, .duration(.milliseconds(100) ... .seconds(300)),
        """
        A query that has no answer this long after its arrival is dropped: nobody waits for it any more.
        """),
      .init(
        "wait", \.wait, .duration(.milliseconds(1) ... .seconds(60)),
        """
        How long a query waits for a replica before the primary is asked: one with minsequence until the replica has \
        caught up, any other only while no replica answers at all. At most half of the time after which the query \
        expires.
        """),
      .init(
        "prefetch", \.prefetch, .integer(1...65_535),
        """
        Queries that the broker sends ahead; tenants take turns among them.
        """),
      .init(
        "buffer_bytes", \.bufferBytes, .bytes(1 << 20...16 << 30),
        """
        Bytes of their bodies and properties held in memory before reading from the socket pauses.
        """),
    ])

  private static let inbox = SettingSection(
    "inbox", \.inbox,
    [
      .init(
        "retention", \.retention, .duration(lifetimes),
        """
        How long the answer to a command is kept. Until then, the same command gets the same answer again and changes \
        nothing; afterwards it is executed again. docs/retention.md explains how to choose it.
        """),
      .init(
        "replay_window", \.replayWindow, .duration(lifetimes),
        """
        How long after its first processing a command may be repeated under its id: a producer's own retries, time \
        spent in the queue, replays. The worker does not start if retention is shorter.
        """),
    ]
  ) { $0.problems }

  private static let deadLetters = SettingSection(
    "dead_letters", \.deadLetters,
    [
      .init(
        "retention", \.retention, .duration(lifetimes),
        """
        How long the ledger keeps a message that could not be processed.
        """)
    ])

  private static let parking = SettingSection(
    "parking", \.parking,
    [
      .init(
        "retry_delays", \.retryDelays, .durations(0...20, upTo: .seconds(86_400)),
        """
        A command that fails for an unexpected reason is retried after these, each the upper limit of a random delay; \
        after the last it goes to the dead letters. Later commands of its tenant wait behind it. Separated by commas, \
        or the word none.
        """),
      .init(
        "line_limit", \.lineLimit, .integer(1...10_000_000), "A tenant's line is full when it has this many commands."),
      .init(
        "line_age", \.lineAge, .duration(.seconds(1) ... .seconds(30 * 86_400)),
        """
        It is also full while one of its commands has waited this long.
        """),
      .init(
        "when_full", \.whenFull, .choice,
        """
        What happens to a tenant's further commands when its line is full. strict: they join it anyway, with a warning \
        in the log, until the line has reserve_limit commands. skip: they go to the dead letters at once.
        """),
      .init(
        "reserve_limit", \.reserveLimit, .integer(1...100_000_000),
        """
        The most commands that a full line may hold; further ones go to the dead letters. With strict it must be more \
        than line_limit.
        """),
      .init(
        "reserve_bytes", \.reserveBytes, .bytes(1 << 20...1 << 40),
        """
        A line that has this many bytes of bodies and headers takes no more, full or not, strict or skip: further \
        commands go to the dead letters.
        """),
    ]
  ) { $0.problems }

  private static let worker = SettingSection(
    "worker", \.worker,
    [
      .init("batch_count", \.batchCount, .integer(1...10_000), "The largest transaction, in commands."),
      .init("batch_bytes", \.batchBytes, .bytes(1 << 10...1 << 30), "The same in bytes of their bodies."),
      .init(
        "handler_deadline", \.handlerDeadline, .duration(.seconds(1) ... .seconds(900)),
        """
        How long statements that time out (postgres.statement_timeout) are rerun before the command at fault is \
        identified and parked. Keep it far below the broker's consumer_timeout, 30 minutes by default.
        """),
      .init(
        "reconnect_longest", \.reconnectLongest, .duration(.milliseconds(500) ... .seconds(3600)),
        """
        The longest delay before reconnecting after a failure. Delays are random: 0.5 to 1 s at first, then between \
        limits that double up to this one. A server that refused connections is noticed within a second of its return.
        """),
      .init(
        "drain_timeout", \.drainTimeout, .duration(.seconds(1) ... .seconds(3600)),
        """
        On SIGTERM: how long finishing the work in progress may take.
        """),
      .init(
        "memory_limit", \.memoryLimit, .bytes(256 << 20...1 << 40),
        """
        How much memory the process may allocate, besides its threads' stacks. Exceeding it ends the process, and the \
        message being handled is recorded: keep this below the limit of the container or service manager, which would \
        kill it without a record. Twice amqp.buffer_bytes, queries.buffer_bytes, five times batch_bytes and 64MiB must \
        fit into it.
        """),
    ])

  private static let workspace = SettingSection(
    "workspace", \.workspace,
    [
      .init("default_name", \.defaultName, .rootName, "The name of a root workspace created without one.")
    ])

  private static let limits = SettingSection(
    "limits", \.limits,
    [
      .init("body_bytes", \.bodyBytes, .bytes(1 << 10...64 << 20), "The largest body of a command."),
      .init(
        "batch_body_bytes", \.batchBodyBytes, .bytes(1 << 10...64 << 20),
        """
        The largest body of a message that holds several commands.
        """),
      .init("batch_elements", \.batchElements, .integer(1...10_000), "The most commands that one message may hold."),
      .init(
        "tree_depth", \.treeDepth, .integer(1...WorkspaceRules.maximumTreeDepth),
        """
        The most levels that a tenant's tree may have; the root alone is one. Trees that are already deeper stay as \
        they are.
        """),
    ])

  private static let http = SettingSection(
    "http", \.http,
    [
      .init("host", \.host, .host, "The address on which /livez, /readyz and /metrics are served."),
      .init("port", \.port, .integer(0...65_535), "Port 0: any free port; the log names it."),
    ])

  private static let metrics = SettingSection(
    "metrics", \.metrics,
    [
      .init(
        "count_interval", \.countInterval, .duration(.seconds(1) ... .seconds(50)),
        """
        How often what waits in the database is counted, such as outbox entries and dead letters.
        """)
    ])

  private static let tracing = SettingSection(
    "tracing", \.tracing,
    [
      .init(
        "endpoint", \.endpoint, .openURL,
        """
        Where spans of sampled commands are sent: an OTLP receiver for JSON over HTTP, such as http://127.0.0.1:4318 \
        (/v1/traces is appended unless already there). Empty: no spans are created. Whoever starts a trace decides \
        whether it is sampled.
        """, whenAbsent: "none: no spans"),
      .init(
        "sample_ratio", \.sampleRatio, .fraction,
        """
        The share to sample of traces started here because the sender started none.
        """),
    ])

  private static let access = SettingSection(
    "access", \.access,
    [
      .init(
        "file", \.file, .accessFile,
        """
        A file that says who may send what; config/access.yaml is an example. Empty: all senders may send everything \
        that the broker lets them.
        """, whenAbsent: "none: all senders may send everything")
    ])

  private static let authorization = SettingSection(
    "authorization", \.authorization,
    [
      .init(
        "enforce", \.rules.isEnforced, .flag,
        """
        Whether a command that names a user is executed only if that user is permitted to. If false, nothing is \
        denied, but members and roles are still maintained.
        """),
      .init(
        "provider", \.provider, .choice,
        """
        Who decides. postgres: the worker, by the roles in its database, in the command's own transaction. spicedb: \
        the SpiceDB of authorization.spicedb, before that transaction; while it is unavailable, no command is \
        executed. docs/authorization.md says what it does not decide.
        """),
      .init(
        "require_user", \.rules.requiresUser, .flag,
        """
        Whether commands that name no user are rejected (user_required) where permissions are enforced.
        """),
      .init(
        "open_root", \.rules.opensRoot, .flag,
        """
        Whether every member of a tenant may create workspaces directly below its root.
        """),
      .init(
        "tenant_creation", \.rules.tenantCreation, .choice,
        """
        Who may create a tenant, by workspace.create_root. users: anybody, who then becomes its admin. system: only \
        commands that name no user.
        """),
    ]
  ) { $0.problems }

  private static let log = SettingSection(
    "log", \.log,
    [
      .init(
        "burst", \.burst, .integer(1...1_000_000),
        """
        How many lines each place in the program may write within 10 s; further ones are only counted.
        """),
      .init(
        "level", \.level, .choice,
        """
        trace, debug, info, notice, warning, error or critical, in upper or lower case.
        """),
      .init(
        "format", \.format, .format,
        """
        json (one object per line) or text. Default: text on a terminal, json elsewhere.
        """, whenAbsent: "text on a terminal, json elsewhere"),
    ])
}
