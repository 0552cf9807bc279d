import Logging
import Messaging
import WorkerRuntime
import WorkspaceApplication

/// The settings of the servers: where they are, what they hold, how they are reached.
extension SettingTable {
  static let amqp = SettingSection(
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

  static let tls = SettingSection(
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

  static let names = SettingSection(
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

  static let publishing = SettingSection(
    "publishing", \.publishing,
    explanation: """
      How the results and events of a transaction are published: each as a message, in batches (the JSON Batch Format of CloudEvents) \
      through exchanges of their own, or both: docs/batches.md.
      """,
    [
      .init("results", \.results, .choice, "single, batch or both. Replies don't depend on it."),
      .init("events", \.events, .choice, "single, batch or both."),
    ])

  static let postgres = SettingSection(
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

  static let spicedb = SettingSection(
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
}
