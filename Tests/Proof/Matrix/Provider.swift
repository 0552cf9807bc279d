/// Who decides what users may do.
package enum Provider: String, CaseIterable, Sendable {
  /// The worker, on the roles in its database.
  case postgres
  /// A double of SpiceDB, which is told of every change, and is compared with the database in the end.
  case spicedb
}
