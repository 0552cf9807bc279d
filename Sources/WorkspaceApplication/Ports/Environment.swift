package import WorkspaceDomain

/// Port: the current time.
package protocol WallClock: Sendable {
  func now() -> Timestamp
}

/// Port: new identifiers.
package protocol IdentifierGenerator: Sendable {
  /// A ULID larger than all before it from this generator.
  ///
  /// - Throws: if the millisecond has no larger one left.
  func next(at now: Timestamp) throws(IdentifiersExhausted) -> ULID
}

/// All random bits of a millisecond are used up.
package struct IdentifiersExhausted: Error, Sendable, Equatable {
  package init() {}
}
