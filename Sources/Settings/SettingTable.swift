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
      What is asked beside the commands: docs/queries.md.
      """,
    [
      .init(
        "pool_size", \.poolSize, .integer(1...64),
        """
        Connections to postgres.read_url, each with a thread of its own.
        """),
      .init(
        "timeout", \.timeout, .duration(.milliseconds(100) ... .seconds(300)),
        """
        A query is dropped that has no answer so long after its arrival: nobody waits for it any more.
        """),
      .init(
        "wait", \.wait, .duration(.milliseconds(1) ... .seconds(60)),
        """
        How long a query with minsequence waits for a replica to come so far, before the primary is asked.
        """),
      .init(
        "prefetch", \.prefetch, .integer(1...65_535),
        """
        Queries that the broker sends ahead. Among these tenants take turns.
        """),
      .init(
        "buffer_bytes", \.bufferBytes, .bytes(1 << 20...16 << 30),
        """
        Bytes of their bodies and properties that wait in memory before the socket is left unread.
        """),
    ])

  private static let inbox = SettingSection(
    "inbox", \.inbox,
    [
      .init(
        "retention", \.retention, .duration(lifetimes),
        """
        How long the answer to a command is kept: for so long the same command again gets the same answer and changes \
        nothing, after that it is carried out again. docs/retention.md tells how to choose it.
        """),
      .init(
        "replay_window", \.replayWindow, .duration(lifetimes),
        """
        How long after its first processing a command may come again under its id: a producer's own repetitions, time \
        spent in the queue, replays. The worker does not start with a retention that is shorter.
        """),
    ]
  ) { $0.problems }

  private static let deadLetters = SettingSection(
    "dead_letters", \.deadLetters,
    [
      .init(
        "retention", \.retention, .duration(lifetimes),
        """
        How long the ledger keeps a message that nobody could process.
        """)
    ])

  private static let parking = SettingSection(
    "parking", \.parking,
    [
      .init(
        "retry_delays", \.retryDelays, .durations(0...20, upTo: .seconds(86_400)),
        """
        A command that fails for a reason which is no rule is tried again after these, each the limit of a random delay; \
        after the last it goes to the dead letters. Later commands of its tenant wait behind it. Commas between them, or \
        none.
        """),
      .init("line_limit", \.lineLimit, .integer(1...10_000_000), "A tenant's line is full with so many commands."),
      .init(
        "line_age", \.lineAge, .duration(.seconds(1) ... .seconds(30 * 86_400)),
        """
        It is full, too, while one of its commands has waited for so long.
        """),
      .init(
        "when_full", \.whenFull, .choice,
        """
        What becomes of a tenant's further commands when its line is full. strict: they join it all the same, and the \
        log says so, until the line has reserve_limit commands or reserve_bytes bytes. skip: they go to the dead letters \
        at once.
        """),
      .init(
        "reserve_limit", \.reserveLimit, .integer(1...100_000_000),
        """
        What a full line may have at most; beyond it commands go to the dead letters.
        """),
      .init("reserve_bytes", \.reserveBytes, .bytes(1 << 20...1 << 40), "The same in bytes of bodies and headers."),
    ])

  private static let worker = SettingSection(
    "worker", \.worker,
    [
      .init("batch_count", \.batchCount, .integer(1...10_000), "The largest transaction, in commands."),
      .init("batch_bytes", \.batchBytes, .bytes(1 << 10...1 << 30), "The same in bytes of their bodies."),
      .init(
        "handler_deadline", \.handlerDeadline, .duration(.seconds(1) ... .seconds(900)),
        """
        How long statements that time out (postgres.statement_timeout) are run again before the command at fault is \
        looked for and parked. Far below the broker's consumer_timeout, 30 minutes by default.
        """),
      .init(
        "reconnect_longest", \.reconnectLongest, .duration(.milliseconds(500) ... .seconds(3600)),
        """
        Connecting again after a failure: after 0.5 to 1 s at first, then after longer and longer, at random between \
        limits that double up to this one. A server that refused connections is noticed within a second of its return.
        """),
      .init(
        "drain_timeout", \.drainTimeout, .duration(.seconds(1) ... .seconds(3600)),
        """
        On SIGTERM: how long finishing what is in hand may take.
        """),
      .init(
        "memory_limit", \.memoryLimit, .bytes(256 << 20...1 << 40),
        """
        What the process may allocate. What asks for more ends it, and the message that it had in hand is known: keep \
        this below what a container or the service manager allows, who would end it without a word.
        """),
    ])

  private static let workspace = SettingSection(
    "workspace", \.workspace,
    [
      .init("default_name", \.defaultName, .rootName, "The name of a root workspace that is created without one.")
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
        The most levels that a tenant's tree may have; the root alone is one. What is deeper already stays.
        """),
    ])

  private static let http = SettingSection(
    "http", \.http,
    [
      .init("host", \.host, .text, "Where /livez, /readyz and /metrics are answered."),
      .init("port", \.port, .integer(0...65_535), "Port 0: any free one, the log has it."),
    ])

  private static let metrics = SettingSection(
    "metrics", \.metrics,
    [
      .init(
        "count_interval", \.countInterval, .duration(.seconds(1) ... .seconds(50)),
        """
        How often what waits in the database is counted: the outbox, the ledger of dead letters.
        """)
    ])

  private static let tracing = SettingSection(
    "tracing", \.tracing,
    [
      .init(
        "endpoint", \.endpoint, .openURL,
        """
        Where spans of sampled commands are sent: an OTLP receiver for JSON over HTTP, such as http://127.0.0.1:4318 \
        (/v1/traces is added where it does not end so). Empty: nowhere, and none is made. Who begins a trace decides \
        whether it is sampled.
        """, whenAbsent: "none: no spans"),
      .init(
        "sample_ratio", \.sampleRatio, .fraction,
        """
        How many of the traces that begin here, because the sender began none, are sampled.
        """),
    ])

  private static let access = SettingSection(
    "access", \.access,
    [
      .init(
        "file", \.file, .accessFile,
        """
        A file that says who may send what; config/access.yaml is an example. Empty: everybody everything, as far as the \
        broker lets them.
        """, whenAbsent: "none: everybody may send everything")
    ])

  private static let authorization = SettingSection(
    "authorization", \.authorization,
    [
      .init(
        "enforce", \.rules.isEnforced, .flag,
        """
        Whether a command that names a user is carried out only if that user may. Without it nothing is denied, and members \
        and roles are kept up all the same.
        """),
      .init(
        "provider", \.provider, .choice,
        """
        Who decides. postgres: the worker, on the roles in its database, in the command's own transaction. spicedb: the SpiceDB \
        of authorization.spicedb, before that transaction; without it no command is carried out. docs/authorization.md says what it \
        does not decide.
        """),
      .init(
        "require_user", \.rules.requiresUser, .flag,
        """
        Whether commands that name no user are rejected, where permissions are enforced: user_required.
        """),
      .init(
        "open_root", \.rules.opensRoot, .flag,
        """
        Whether every member of a tenant may create workspaces right below its root.
        """),
      .init(
        "tenant_creation", \.rules.tenantCreation, .choice,
        """
        Who may make a tenant known, by workspace.create_root. users: everybody, and who does it is its admin. system: \
        only commands that name no user.
        """),
    ]
  ) { $0.problems }

  private static let log = SettingSection(
    "log", \.log,
    [
      .init(
        "burst", \.burst, .integer(1...1_000_000),
        """
        How many lines each place of the program writes within 10 s; further ones are counted.
        """),
      .init(
        "level", \.level, .choice,
        """
        trace, debug, info, notice, warning, error or critical; in capital letters, too.
        """),
      .init(
        "format", \.format, .format,
        """
        json (one object a line) or text. Default: text on a terminal, json elsewhere.
        """, whenAbsent: "text on a terminal, json elsewhere"),
    ])
}
