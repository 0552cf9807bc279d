/// Whom a query is put to.
package enum QuerySide: String, Sendable, CaseIterable {
  /// The servers that are read from.
  case replica
  /// The one that writes: it has everything.
  case primary
}
