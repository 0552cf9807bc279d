import Operations
import PostgresClient
import UnitOfWork
import WorkspaceDomain

/// A ``DeadLetterFilter`` as the WHERE clause of a statement.
struct DeadLetterConditions {
  private var clauses: [PostgresQuery] = []
  /// Identifies the text of the conditions, for the name of the statement: a letter for each clause, and the chosen
  /// states.
  private(set) var shape = ""

  /// - Parameter before: only letters that were recorded before this one.
  init(_ filter: DeadLetterFilter, before: ULID? = nil) {
    if !filter.ids.isEmpty { add("i", "id = any(\(filter.ids))") }
    if !filter.reasons.isEmpty { add("r", "reason = any(\(filter.reasons))") }
    if !filter.tenants.isEmpty { add("t", "tenant_id = any(\(filter.tenants))") }
    if !filter.queues.isEmpty { add("q", "queue = any(\(filter.queues))") }
    if !filter.excludedQueues.isEmpty { add("e", "queue <> all(\(filter.excludedQueues))") }
    if !filter.types.isEmpty { add("y", "command_type = any(\(filter.types))") }
    // An id begins with the time of recording, and lists are in the order of ids.
    if let since = filter.since { add("s", "id >= \(ULID.first(at: since))") }
    if let until = filter.until { add("u", "id < \(ULID.first(at: until))") }
    if let time = filter.knownSince { add("k", "coalesce(answered_at, recorded_at) >= \(time)") }
    if let time = filter.knownBefore { add("o", "coalesce(answered_at, recorded_at) < \(time)") }
    if let before { add("b", "id < \(before)") }
    let states = Set(filter.states)
    if !states.isEmpty, states.count < DeadLetterState.allCases.count { add(states) }
    if let text = filter.text {
      if filter.ignoresCase { add("X", Self.containsIgnoringCase(text)) } else { add("x", Self.contains(text)) }
    }
  }

  /// All conditions, to be put after `where`.
  var query: PostgresQuery { clauses.isEmpty ? "true" : PostgresQuery(joining: clauses, with: " and ") }

  private static func contains(_ text: String) -> PostgresQuery {
    "(position(\(text) in detail) > 0 or position(convert_to(\(text), 'UTF8') in body) > 0)"
  }

  /// A body need not be text: both sides are compared with all bytes but ASCII as octal escapes.
  private static func containsIgnoringCase(_ text: String) -> PostgresQuery {
    """
    (position(lower(\(text)) in lower(detail)) > 0
      or position(lower(encode(convert_to(\(text), 'UTF8'), 'escape')) in lower(encode(body, 'escape'))) > 0)
    """
  }

  private mutating func add(_ states: Set<DeadLetterState>) {
    let chosen = states.sorted { $0.rawValue < $1.rawValue }
    clauses.append("(\(PostgresQuery(joining: chosen.map(\.condition), with: " or ")))")
    shape += chosen.map { "_\($0.rawValue)" }.joined()
  }

  private mutating func add(_ letter: Character, _ clause: PostgresQuery) {
    clauses.append(clause)
    shape.append(letter)
  }
}

extension DeadLetterState {
  fileprivate var condition: PostgresQuery {
    switch self {
    case .open: "(discarded_at is null and not \(Self.isReplayed))"
    case .replayed: "(discarded_at is null and \(Self.isReplayed))"
    case .discarded: "discarded_at is not null"
    }
  }

  private static let isReplayed: PostgresQuery =
    "exists (select from replay_items where letter_id = dead_letters.id and state <> 'skipped')"
}
