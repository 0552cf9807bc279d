/// Which servers a query is put to.
package enum QuerySide: String, Sendable, CaseIterable {
  /// The servers for reading.
  case replica
  /// The server that accepts writes: it has everything.
  case primary
}
