import PostgresClient

/// The source of ids for new rows that are ordered by id.
enum IdentitySource: Sendable {
  /// The table's identity column. The ids that it gives are checked: it may have been set back.
  case sequence
  /// The table itself: the next ids after its highest. An identity that was set back is of no use for the rest of a
  /// session. Only the table's owner could set it right.
  case table
}

extension ServerError {
  /// An id of the outbox, the parked commands or the relationship changes was given twice, or is not above an earlier
  /// one.
  var isOfIdentity: Bool {
    sqlState == .identitySetBack
      || sqlState == .uniqueViolation
        && ["pk_outbox", "pk_parked_commands", "pk_relationship_changes"].contains(constraint)
  }
}
