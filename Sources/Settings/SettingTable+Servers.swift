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
        The broker's URL: amqp:// or amqps://, user and password percent-encoded, then the virtual host. No path, / \
        and /%2f all mean the default virtual host. Never printed. Better set in the environment (AMQP_URL) than here.
        """, isSecret: true),
      .init(
        "password_file", \.passwordFile, .optionalText,
        """
        A file with the password, used instead of the URL's; read again for each connection, so that it can be changed \
        while the worker runs. A trailing line break is dropped. Not with auth_mechanism=external in the URL.
        """, whenAbsent: "the URL's password"),
      .init(
        "heartbeat", \.heartbeat, .duration(.seconds(1) ... .seconds(600)),
        """
        A peer that sends nothing, or accepts nothing, for two of these intervals counts as gone. The broker may ask \
        for less.
        """),
      .init(
        "connect_timeout", \.connectTimeout, .duration(.seconds(1) ... .seconds(300)),
        """
        Timeout for connecting: name resolution, TCP, TLS and login together.
        """),
      .init(
        "prefetch", \.prefetch, .integer(1...65_535),
        """
        Unacknowledged deliveries that the broker sends ahead. Four batches keep all stages busy. The same in all workers \
        of a queue; lower it only while the queue is empty, or commands can change places when a connection ends.
        """),
      .init(
        "buffer_bytes", \.bufferBytes, .bytes(1 << 20...16 << 30),
        """
        Bytes of bodies and properties held in memory before reading from the socket pauses: for commands, and again \
        for what the broker has dead-lettered.
        """),
    ])

  static let tls = SettingSection(
    "amqp.tls", \.amqp.tls, explanation: "For amqps:// only. Files are PEM; with amqp:// they are refused.",
    [
      .init(
        "ca_file", \.caFile, .optionalText, "The certificate authorities to trust.",
        whenAbsent: "the system's authorities"),
      .init(
        "cert_file", \.certificateFile, .optionalText,
        """
        The client certificate, which requires key_file.
        """, whenAbsent: "none"),
      .init("key_file", \.keyFile, .optionalText, "The key of the client certificate.", whenAbsent: "none"),
      .init(
        "verify", \.verifiesPeer, .flag,
        "Whether the server's certificate must be trusted and name the host in the URL."),
    ]
  ) { tls in
    guard (tls.certificateFile == nil) != (tls.keyFile == nil) else { return [] }
    return ["amqp.tls.cert_file and amqp.tls.key_file must be set together"]
  }

  static let names = SettingSection(
    "amqp.names", \.amqp.names,
    explanation: """
      Names of the exchanges and queues on the broker. 1-255 bytes, no control characters, not amq.*. The exchanges \
      for commands and for queries must differ from all others, those for batches from those for single messages. The \
      queues must all differ, and none may be <commands_queue>.publisher or workspace-worker.temporary*.
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
      How the results and events of a transaction are published: as single messages, in batches (CloudEvents JSON \
      Batch Format) through separate exchanges, or both; see docs/batches.md.
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
        A libpq connection string or URI, with everything that libpq supports: several hosts, target_session_attrs, \
        sslmode. Never printed. Better set in the environment (POSTGRES_URL) than here. The worker holds a lock for a \
        whole session: connect to the server itself or through a pooler in session mode.
        """, isSecret: true),
      .init(
        "read_url", \.readURL, .optionalText,
        """
        Where queries are answered from; among several hosts, a standby is preferred unless target_session_attrs says \
        otherwise. Never printed.
        """, whenAbsent: "postgres.url", isSecret: true),
      .init(
        "password_file", \.passwordFile, .optionalText,
        """
        A file with the password for both URLs; otherwise like amqp.password_file.
        """, whenAbsent: "the URL's password"),
      .init(
        "connect_timeout", \.connectTimeout, .duration(.seconds(1) ... .seconds(300)),
        """
        Timeout for connecting, all hosts together.
        """),
      .init(
        "response_timeout", \.responseTimeout, .duration(.seconds(1) ... .seconds(3600)),
        """
        Timeout for the response to a round trip (a transaction has two), after which the connection counts as lost. \
        Keep it longer than statement_timeout and lock_timeout, or it takes effect before them.
        """),
      .init(
        "statement_timeout", \.statementTimeout, .duration(.seconds(1) ... .seconds(3600)),
        """
        Timeout for a single statement.
        """),
      .init(
        "lock_timeout", \.lockTimeout, .duration(.milliseconds(100) ... .seconds(3600)),
        """
        Timeout for acquiring a lock, such as a tenant's that another program holds.
        """),
      .init(
        "idle_session_timeout", \.idleSessionTimeout, .duration(.seconds(5) ... .seconds(3600)),
        """
        The server ends a session that shows no activity for this long, and another worker takes over.
        """),
    ])

  static let spicedb = SettingSection(
    "authorization.spicedb", \.authorization.spicedb,
    explanation: """
      A SpiceDB to which relationships are replicated, and which decides with authorization.provider: spicedb; see \
      docs/authorization.md.
      """,
    [
      .init(
        "endpoint", \.endpoint, .optionalText,
        """
        HOST:PORT of its gRPC interface. Empty: relationships are kept only in the database.
        """, whenAbsent: "none: nothing is replicated"),
      .init(
        "token_file", \.tokenFile, .optionalText,
        """
        A file with its key; read again for each call, so that it can be changed while the worker runs. A trailing \
        line break is dropped.
        """, whenAbsent: "none"),
      .init(
        "ca_file", \.caFile, .optionalText, "The certificate authorities to trust, PEM.",
        whenAbsent: "the system's authorities"),
      .init(
        "insecure", \.isInsecure, .flag,
        """
        Nothing is encrypted, not even the key: for a SpiceDB on the same machine.
        """),
    ]
  ) { $0.problems }
}
