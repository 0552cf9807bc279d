/// Statistics of a connection: unlike times, they are the same on every machine.
package struct ConnectionStatistics: Sendable, Equatable {
  /// How often something was sent and its answer awaited.
  package internal(set) var roundTrips = 0
  /// Statements run; a script counts as one.
  package internal(set) var statements = 0
}
