import PostgresClient

/// Where the ids of new rows come from whose order is that of their ids.
enum IdentitySource: Sendable {
  /// The identity of the table. What it gives is checked: it may have been set back.
  case sequence
  /// What is in the table: the next ids behind it. An identity that was set back is of no use for the rest of a
  /// session. It can't be set right: that would be the right of the owner.
  case table
}

extension ServerError {
  /// An id of an outbox or of the parked commands was given twice, or goes behind another.
  var isOfIdentity: Bool {
    sqlState == .identitySetBack
      || sqlState == .uniqueViolation
        && ["pk_outbox", "pk_parked_commands", "pk_relationship_changes"].contains(constraint)
  }
}
