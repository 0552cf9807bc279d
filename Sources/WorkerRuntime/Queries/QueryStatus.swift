import Synchronization

/// The state of the query lane. Readiness is separate: it is about commands.
package final class QueryStatus: Sendable {
  /// The connections of one side.
  package struct Connections: Sendable, Equatable {
    package var open = 0
    /// The open connections that are reading.
    package var busy = 0
  }

  private struct State {
    var consuming: String? = "the query lane has just started"
    var connections: [QuerySide: Connections] = [:]
    /// Why a connection of a side, or an attempt to open one, has failed since one was last opened.
    var failures: [QuerySide: String] = [:]
    var lag: Duration?
    var shortfall: Int64 = 0
    var waiting: @Sendable () -> (connection: Int, replica: Int) = { (0, 0) }

    func isOpen(_ side: QuerySide) -> Bool { connections[side]?.open ?? 0 > 0 }

    var replicaProblem: String { failures[.replica] ?? "not connected to the database yet" }

    var problem: String? {
      if let consuming { return consuming }
      guard !isOpen(.replica), !isOpen(.primary) else { return nil }
      guard let primary = failures[.primary], primary != replicaProblem else { return replicaProblem }
      return "\(replicaProblem); the primary: \(primary)"
    }
  }

  private let state = Mutex(State())

  package init() {}

  /// Why queries are not answered; nil if they are, be it by the primary.
  package var problem: String? { state.withLock { $0.problem } }

  /// For operators: `answered`; or that only the primary answers, and why; or why queries are not answered.
  package var summary: String {
    state.withLock { state in
      if let problem = state.problem { return problem }
      if state.isOpen(.replica) { return "answered" }
      return "answered by the primary, after queries.wait: \(state.replicaProblem)"
    }
  }

  package func connections(_ side: QuerySide) -> Connections {
    state.withLock { $0.connections[side] ?? Connections() }
  }

  /// How far behind the replica was, in time, when it last answered, as far as it could tell; nil if no replica
  /// answers: there is no connection to one, or the primary has answered in its place.
  package var lag: Duration? { state.withLock { $0.lag } }

  /// How many events the server lacked for the last query with a minimum sequence; 0 if it had them all.
  package var shortfall: Int64 { state.withLock { $0.shortfall } }

  /// How many queries wait for a connection, and for a replica to catch up.
  package var waiting: (connection: Int, replica: Int) { state.withLock { $0.waiting }() }

  func count(_ waiting: @escaping @Sendable () -> (connection: Int, replica: Int)) {
    state.withLock { $0.waiting = waiting }
  }

  /// - Parameter problem: why queries are not consumed; nil if they are.
  func consuming(_ problem: String?) { state.withLock { $0.consuming = problem } }

  func opened(_ side: QuerySide) {
    state.withLock { state in
      state.connections[side, default: Connections()].open += 1
      state.failures[side] = nil
    }
  }

  func closed(_ side: QuerySide) {
    state.withLock { state in
      state.connections[side, default: Connections()].open -= 1
      if !state.isOpen(.replica) { state.lag = nil }
    }
  }

  func failed(_ side: QuerySide, _ problem: String) { state.withLock { $0.failures[side] = problem } }

  func busy(_ side: QuerySide, _ change: Int) {
    state.withLock { $0.connections[side, default: Connections()].busy += change }
  }

  func note(lag: Duration?) { state.withLock { $0.lag = lag } }

  func note(shortfall: Int64) { state.withLock { $0.shortfall = shortfall } }
}
