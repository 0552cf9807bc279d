import Operations
import PostgresClient
import UnitOfWork
import WorkspaceDomain

/// A ``DeadLetterFilter`` as the WHERE of a statement.
struct DeadLetterConditions {
  private(set) var parameters = PostgresParameters()
  private var types: [PostgresType] = []
  private var clauses: [String] = []
  /// A letter for each clause: equal for statements that are equal.
  private var shape = ""

  /// - Parameter before: only letters that were recorded before this one.
  init(_ filter: DeadLetterFilter, before: ULID? = nil) {
    if !filter.ids.isEmpty { add("i", "id = any($)", array: filter.ids) }
    if !filter.reasons.isEmpty { add("r", "reason = any($)", array: filter.reasons) }
    if !filter.tenants.isEmpty { add("t", "tenant_id = any($)", array: filter.tenants) }
    if !filter.queues.isEmpty { add("q", "queue = any($)", array: filter.queues) }
    if !filter.types.isEmpty { add("y", "command_type = any($)", array: filter.types) }
    // An id begins with the time, and is what lists are in the order of.
    if let since = filter.since { add("s", "id >= $", ULID.first(at: since)) }
    if let until = filter.until { add("u", "id < $", ULID.first(at: until)) }
    if let time = filter.knownSince { add("k", "coalesce(answered_at, recorded_at) >= $", time) }
    if let time = filter.knownBefore { add("o", "coalesce(answered_at, recorded_at) < $", time) }
    if let before { add("b", "id < $", before) }
    let states = Set(filter.states)
    if !states.isEmpty, states.count < DeadLetterState.allCases.count {
      add(states)
    }
    if let text = filter.text {
      if filter.ignoresCase { add("X", Self.textIgnoringCase, text) } else { add("x", Self.text, text) }
    }
  }

  private static let text = "(position($ in detail) > 0 or position(convert_to($, 'UTF8') in body) > 0)"

  /// A body is bytes that need not be text: compared with all but ASCII in octal.
  private static let textIgnoringCase = """
    (position(lower($) in lower(detail)) > 0
      or position(lower(encode(convert_to($, 'UTF8'), 'escape')) in lower(encode(body, 'escape'))) > 0)
    """

  /// A statement whose SQL has `/* where */` where the conditions go.
  func statement(_ name: String, _ sql: String, parameters further: [PostgresType] = []) -> PostgresStatement {
    let condition = clauses.isEmpty ? "true" : clauses.joined(separator: " and ")
    return PostgresStatement(
      name: "\(name)_\(shape)", parameters: types + further, sql: sql.replacing("/* where */", with: condition))
  }

  /// The number of the first parameter behind those of the conditions.
  var nextParameter: Int { types.count + 1 }

  private mutating func add(_ states: Set<DeadLetterState>) {
    let chosen = states.sorted { $0.rawValue < $1.rawValue }
    clauses.append("(" + chosen.map(\.condition).joined(separator: " or ") + ")")
    shape += chosen.map { "_\($0.rawValue)" }.joined()
  }

  private mutating func add<Value: PostgresEncodable>(_ letter: Character, _ clause: String, _ value: Value) {
    parameters.append(value)
    add(letter, clause, Value.postgresType)
  }

  private mutating func add<Value: PostgresEncodable>(_ letter: Character, _ clause: String, array values: [Value]) {
    parameters.append(array: values)
    add(letter, clause, Value.postgresArrayType)
  }

  private mutating func add(_ letter: Character, _ clause: String, _ type: PostgresType) {
    types.append(type)
    clauses.append(clause.replacing("$", with: "$\(types.count)"))
    shape.append(letter)
  }
}

extension DeadLetterState {
  fileprivate var condition: String {
    let isReplayed = "exists (select from replay_items where letter_id = dead_letters.id and state <> 'skipped')"
    return switch self {
    case .open: "(discarded_at is null and not \(isReplayed))"
    case .replayed: "(discarded_at is null and \(isReplayed))"
    case .discarded: "discarded_at is not null"
    }
  }
}
