/// Who decides what users may do.
package enum Provider: String, CaseIterable, Sendable {
  /// The worker, from the roles in its database.
  case postgres
  /// A double of SpiceDB, which receives every change, and is compared with the database at the end.
  case spicedb
}
