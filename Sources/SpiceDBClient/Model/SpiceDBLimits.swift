/// SpiceDB's limits with its default settings, checked before anything is sent.
package enum SpiceDBLimits {
  /// The number of changes in one write. SpiceDB's `--write-relationships-max-updates-per-call`.
  package static let updates = 1000
  /// The number of preconditions of one write.
  package static let preconditions = 1000
  /// The number of checks in one call; fixed in SpiceDB.
  package static let checks = 10_000
  /// The number of relationships or ids on one page. SpiceDB's `--max-read-relationships-limit`,
  /// `--max-lookup-resources-limit` and `--max-delete-relationships-limit`.
  package static let page = 1000
  /// The length of an id in bytes; its characters are all ASCII.
  package static let idBytes = 1024
  /// The size of a write's metadata in bytes.
  package static let metadataBytes = 65_000
  /// The size of a request in bytes: the most that a grpc-go server accepts by default.
  package static let requestBytes = 4 << 20
  /// The size of one answer message in bytes. Larger than a request, since the answers to checks repeat the checks.
  static let answerBytes = 16 << 20

  static func verify(updates: [RelationshipUpdate], preconditions: [RelationshipPrecondition]) throws(SpiceDBError) {
    guard !updates.isEmpty else { throw .refused("a write has no updates") }
    try verify(updates.count, atMost: Self.updates, "updates in a write")
    try verify(preconditions.count, atMost: Self.preconditions, "preconditions of a write")
    var seen: Set<SpiceDBRelationship> = []
    for update in updates {
      let relationship = update.relationship
      try verify(relationship.resource)
      try verify(relationship.subject.object)
      guard seen.insert(relationship).inserted else { throw .refused("a write contains a relationship twice") }
    }
  }

  static func verify(checks: [CheckItem]) throws(SpiceDBError) {
    try verify(checks.count, atMost: Self.checks, "checks in a call")
    for item in checks {
      try verify(item.resource)
      try verify(item.subject.object)
    }
  }

  static func verify(_ object: SpiceDBObject) throws(SpiceDBError) {
    guard SpiceDBID.isValid(object.id) else { throw .refused("an id of type \(object.type) is not valid in SpiceDB") }
  }

  static func verify(page limit: Int) throws(SpiceDBError) {
    guard (1...page).contains(limit) else { throw .refused("a page has 1 to \(page) entries, not \(limit)") }
  }

  private static func verify(_ count: Int, atMost limit: Int, _ what: String) throws(SpiceDBError) {
    guard count <= limit else { throw .refused("\(count) \(what), more than \(limit)") }
  }
}
