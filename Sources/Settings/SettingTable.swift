import Logging
import Messaging
import WorkerRuntime
import WorkspaceApplication

/// Every setting, as it is read, shown, and written into `config/worker.yaml` and the README. A new one is a line here
/// and the property that it sets.
package enum SettingTable {
  package static let sections: [SettingSection] = [
    amqp, tls, names, publishing, postgres, queries, inbox, deadLetters, parking, worker, workspace,
    limits, http, metrics, tracing, access, authorization, spicedb, log,
  ]

  package static var all: [Setting] { sections.flatMap(\.settings) }

  private static let lifetimes: ClosedRange<Duration> = .seconds(1) ... .seconds(3650 * 86_400)

  private static let amqp = SettingSection(
    "amqp", \.amqp,
    [
      .init(
        "url", \.url, .text,
        """
        The broker: amqp:// or amqps://, user and password percent-encoded, then the virtual host. No path, / and /%2f \
        all stand for the default virtual host. Never printed. Better kept in the environment (AMQP_URL) than here.
        """, isSecret: true),
      .init(
        "password_file", \.passwordFile, .optionalText,
        """
        A file that holds the password, instead of the URL's; read anew with each connection, so that it can be changed \
        while the worker runs. A line break at its end is dropped.
        """, whenAbsent: "the URL's password"),
      .init(
        "heartbeat", \.heartbeat, .duration(.seconds(1) ... .seconds(600)),
        """
        A peer counts as gone that is silent, or takes nothing, for two of these. The broker may ask for less.
        """),
      .init(
        "connect_timeout", \.connectTimeout, .duration(.seconds(1) ... .seconds(300)),
        """
        The longest wait for connecting: name, TCP, TLS and login together.
        """),
      .init(
        "prefetch", \.prefetch, .integer(1...65_535),
        """
        Deliveries that the broker sends ahead without an acknowledgement. Four batches keep all stages busy.
        """),
      .init(
        "buffer_bytes", \.bufferBytes, .bytes(1 << 20...16 << 30),
        """
        Bytes of bodies and properties that wait in memory before the socket is left unread.
        """),
    ])

  private static let tls = SettingSection(
    "amqp.tls", \.amqp.tls, explanation: "For amqps:// only. Files are PEM.",
    [
      .init("ca_file", \.caFile, .optionalText, "The authorities to trust.", whenAbsent: "the system's authorities"),
      .init(
        "cert_file", \.certificateFile, .optionalText,
        """
        The client's certificate, which needs its key.
        """, whenAbsent: "none"),
      .init("key_file", \.keyFile, .optionalText, "The key of the client's certificate.", whenAbsent: "none"),
      .init("verify", \.verifiesPeer, .flag, "The server's certificate must be trusted and name the host of the URL."),
    ]
  ) { tls in
    guard (tls.certificateFile == nil) != (tls.keyFile == nil) else { return [] }
    return ["amqp.tls.cert_file and amqp.tls.key_file need each other"]
  }

  private static let names = SettingSection(
    "amqp.names", \.amqp.names,
    explanation: """
      What the objects on the broker are called. 1-255 bytes, no control characters, not amq.*. The exchange of commands \
      and that of queries are none of the others, no queue is another one, and none is <commands_queue>.publisher or \
      workspace-worker.temporary*.
      """,
    [
      .init("commands_exchange", \.commandsExchange, .objectName, ""),
      .init("commands_queue", \.commandsQueue, .objectName, ""),
      .init("results_exchange", \.resultsExchange, .objectName, ""),
      .init("events_exchange", \.eventsExchange, .objectName, ""),
      .init("result_batches_exchange", \.resultBatchesExchange, .objectName, ""),
      .init("event_batches_exchange", \.eventBatchesExchange, .objectName, ""),
      .init("dead_letters_exchange", \.deadLettersExchange, .objectName, ""),
      .init("dead_letters_queue", \.deadLettersQueue, .objectName, ""),
      .init("queries_exchange", \.queriesExchange, .objectName, ""),
      .init("queries_queue", \.queriesQueue, .objectName, ""),
    ])

  private static let publishing = SettingSection(
    "publishing", \.publishing,
    explanation: """
      How the results and events of a transaction are published: each as a message, in batches (the JSON Batch Format of CloudEvents) \
      through exchanges of their own, or both: docs/batches.md.
      """,
    [
      .init("results", \.results, .choice, "single, batch or both. Replies don't depend on it."),
      .init("events", \.events, .choice, "single, batch or both."),
    ])

  private static let postgres = SettingSection(
    "postgres", \.postgres,
    [
      .init(
        "url", \.url, .text,
        """
        A libpq connection string or URI, with all that libpq knows: several hosts, target_session_attrs, sslmode. Never \
        printed. Better kept in the environment (POSTGRES_URL) than here. The worker holds one session with a lock of \
        its own: connect to the server or through a pooler in session mode.
        """, isSecret: true),
      .init(
        "read_url", \.readURL, .optionalText,
        """
        Where queries are answered from: of several hosts, a standby is preferred, unless target_session_attrs says otherwise. \
        Never printed.
        """, whenAbsent: "postgres.url", isSecret: true),
      .init(
        "password_file", \.passwordFile, .optionalText,
        """
        A file that holds the password, as above; of both URLs.
        """, whenAbsent: "the URL's password"),
      .init(
        "connect_timeout", \.connectTimeout, .duration(.seconds(1) ... .seconds(300)),
        """
        The longest wait for connecting to all of its hosts.
        """),
      .init(
        "response_timeout", \.responseTimeout, .duration(.seconds(1) ... .seconds(3600)),
        """
        The longest wait for the answer to a round trip, of which a transaction has two: after it the connection counts \
        as lost. Longer than the other limits here, or it strikes before them.
        """),
      .init(
        "statement_timeout", \.statementTimeout, .duration(.seconds(1) ... .seconds(3600)),
        """
        The longest that one statement may run.
        """),
      .init(
        "lock_timeout", \.lockTimeout, .duration(.milliseconds(100) ... .seconds(3600)),
        """
        The longest wait for one lock, such as that of a tenant which another program holds.
        """),
      .init(
        "idle_session_timeout", \.idleSessionTimeout, .duration(.seconds(5) ... .seconds(3600)),
        """
        The server ends a session that shows no sign of life for so long, and another worker takes over.
        """),
    ])

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

  private static let spicedb = SettingSection(
    "authorization.spicedb", \.authorization.spicedb,
    explanation: """
      A SpiceDB that is told who may do what, and decides it with authorization.provider: spicedb; docs/authorization.md says how.
      """,
    [
      .init(
        "endpoint", \.endpoint, .optionalText,
        """
        HOST:PORT of its gRPC interface. Empty: relationships are kept nowhere but in the database.
        """, whenAbsent: "none: nothing is replicated"),
      .init(
        "token_file", \.tokenFile, .optionalText,
        """
        A file that holds its key; read anew with each call, so that it can be changed while the worker runs. A line break at \
        its end is dropped.
        """, whenAbsent: "none"),
      .init(
        "ca_file", \.caFile, .optionalText, "The authorities to trust, PEM.", whenAbsent: "the system's authorities"),
      .init(
        "insecure", \.isInsecure, .flag,
        """
        Nothing is encrypted, the key neither: for a SpiceDB on the same machine.
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
