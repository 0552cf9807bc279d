/// Statistics of a connection: unlike times, they are the same on every machine.
package struct ConnectionStatistics: Sendable, Equatable {
  /// How often the connection has sent requests and waited for their answer.
  package internal(set) var roundTrips = 0
  /// Statements run; a script counts as one.
  package internal(set) var statements = 0
}
