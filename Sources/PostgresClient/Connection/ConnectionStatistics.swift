/// What a connection has done: figures that, unlike times, are the same on every machine.
package struct ConnectionStatistics: Sendable, Equatable {
  /// Times that something was sent and its answer awaited.
  package internal(set) var roundTrips = 0
  /// Statements run; a script counts as one.
  package internal(set) var statements = 0
}
