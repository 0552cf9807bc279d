import ArgumentParser
import Operations
import WorkspaceDomain

/// Options that select dead letters, for every command about them.
struct DeadLetterFilterOptions: ParsableArguments {
  @Option(help: "Only this letter; repeatable, as are the next three.")
  var id: [ULID] = []
  @Option(help: "Only those with this reason code.")
  var reason: [String] = []
  @Option(help: "Only those of this tenant.")
  var tenant: [ULID] = []
  @Option(help: "Only commands of this type.")
  var type: [String] = []
  @Option(help: "Only those recorded since this time: 2026-11-26, 2026-11-26T08:30:00Z, or 36h for 36 hours ago.")
  var since: Moment?
  @Option(help: "Only those recorded before this time; format as for --since.")
  var until: Moment?
  @Option(help: "Only those with exactly this text in the detail or the body.")
  var text: String?
  @Flag(help: "Ignore case in --text; in bodies, of ASCII letters only.")
  var ignoreCase = false
  @Flag(help: "Also those of other queues in this database. Default: those of the configured queues.")
  var allQueues = false

  func validate() throws {
    if ignoreCase, text == nil { throw ValidationError("--ignore-case is for --text.") }
  }

  /// The filter, without a condition on the state of letters.
  ///
  /// - Parameters:
  ///   - servers: the servers whose queues to include, unless `--all-queues` is given.
  ///   - ofQueries: whether to include letters from the configured queue of queries.
  func filter(on servers: Servers, ofQueries: Bool = true) -> DeadLetterFilter {
    var filter = conditions
    if !ofQueries { filter.excludedQueues = [servers.queriesQueueKey] }
    guard !allQueues else { return filter }
    filter.queues = [servers.queueKey, servers.deadQueueKey, servers.queriesQueueKey]
    return filter
  }

  /// For messages that nothing was found: which queues were searched; empty for all.
  var scope: String { allQueues ? "" : " of this deployment's queues (--all-queues includes those of others)" }

  /// The conditions set by the operator.
  var conditions: DeadLetterFilter {
    var filter = DeadLetterFilter()
    filter.ids = id
    filter.reasons = reason
    filter.tenants = tenant.map(TenantID.init)
    filter.types = type
    filter.since = since?.timestamp
    filter.until = until?.timestamp
    filter.text = text
    filter.ignoresCase = ignoreCase
    return filter
  }
}

extension ULID: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}
