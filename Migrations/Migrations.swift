/// A migration of the database's schema, built into the program from `sql/`.
package struct Migration: Sendable, Equatable {
  /// Counts up from 1 without gaps.
  package let version: Int
  package let name: String
  /// The script that applies it: `V<version>__<name>.sql`.
  package let up: String
  /// The script that takes it back: `U<version>__<name>.sql`.
  package let down: String
  /// A query that finds data in the way of the migration: `P<version>__<name>.sql`. Its first column is the number of
  /// all findings (bigint), the others describe one finding per row (text), for a bounded number of them. No row:
  /// nothing is in the way.
  package let preflight: String?
  /// The checksums, in hexadecimal, of earlier texts of its files with the same effect: a database to which one of them was
  /// applied is up to date.
  package let formerChecksums: [String]

  package init(
    version: Int, name: String, up: String, down: String, preflight: String? = nil, formerChecksums: [String] = []
  ) {
    self.version = version
    self.name = name
    self.up = up
    self.down = down
    self.preflight = preflight
    self.formerChecksums = formerChecksums
  }

  /// Such as `V0002__unique_names_per_tenant`.
  package var fileName: String { "V\(paddedVersion)__\(name)" }

  private var paddedVersion: String {
    let digits = String(version)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}

/// All migrations, in order. A test compares them with the files in `sql/`.
package enum Migrations {
  package static let all: [Migration] = [
    Migration(
      version: 1, name: "tenants_and_workspaces",
      up: text(PackageResources.V0001__tenants_and_workspaces_sql),
      down: text(PackageResources.U0001__tenants_and_workspaces_sql)),
    Migration(
      version: 2, name: "unique_names_per_tenant",
      up: text(PackageResources.V0002__unique_names_per_tenant_sql),
      down: text(PackageResources.U0002__unique_names_per_tenant_sql),
      preflight: text(PackageResources.P0002__unique_names_per_tenant_sql),
      // Its comment named a weaker lock.
      formerChecksums: ["af99035c3107d8094c177e04dd3a692f791c3ab47a9e2a8b15844ff62fe8c4d4"]),
    Migration(
      version: 3, name: "inbox",
      up: text(PackageResources.V0003__inbox_sql),
      down: text(PackageResources.U0003__inbox_sql)),
    Migration(
      version: 4, name: "outbox",
      up: text(PackageResources.V0004__outbox_sql),
      down: text(PackageResources.U0004__outbox_sql)),
    Migration(
      version: 5, name: "inbox_retention",
      up: text(PackageResources.V0005__inbox_retention_sql),
      down: text(PackageResources.U0005__inbox_retention_sql),
      preflight: text(PackageResources.P0005__inbox_retention_sql)),
    Migration(
      version: 6, name: "tenant_of_roots",
      up: text(PackageResources.V0006__tenant_of_roots_sql),
      down: text(PackageResources.U0006__tenant_of_roots_sql),
      // Its comment named a weaker lock.
      formerChecksums: ["87053c5b16e70b669bc9767a2f92e2523e0114c6169bab53313f7ef4c1d62680"]),
    Migration(
      version: 7, name: "outbox_entries",
      up: text(PackageResources.V0007__outbox_entries_sql),
      down: text(PackageResources.U0007__outbox_entries_sql)),
    Migration(
      version: 8, name: "dead_letters",
      up: text(PackageResources.V0008__dead_letters_sql),
      down: text(PackageResources.U0008__dead_letters_sql)),
    Migration(
      version: 9, name: "parked_commands",
      up: text(PackageResources.V0009__parked_commands_sql),
      down: text(PackageResources.U0009__parked_commands_sql)),
    Migration(
      version: 10, name: "replays",
      up: text(PackageResources.V0010__replays_sql),
      down: text(PackageResources.U0010__replays_sql)),
    Migration(
      version: 11, name: "workspaces_of_a_tenant",
      up: text(PackageResources.V0011__workspaces_of_a_tenant_sql),
      down: text(PackageResources.U0011__workspaces_of_a_tenant_sql)),
    Migration(
      version: 12, name: "inbox_within_tenants",
      up: text(PackageResources.V0012__inbox_within_tenants_sql),
      down: text(PackageResources.U0012__inbox_within_tenants_sql),
      preflight: text(PackageResources.P0012__inbox_within_tenants_sql),
      // It took its locks one after the other.
      formerChecksums: ["19182447fa89eb55e6d354fd3498b1ef2efb2de58d43562391f5e06e82f9764c"]),
    Migration(
      version: 13, name: "deliveries_of_dead_letters",
      up: text(PackageResources.V0013__deliveries_of_dead_letters_sql),
      down: text(PackageResources.U0013__deliveries_of_dead_letters_sql)),
    Migration(
      version: 14, name: "lease_holders",
      up: text(PackageResources.V0014__lease_holders_sql),
      down: text(PackageResources.U0014__lease_holders_sql)),
    Migration(
      version: 15, name: "fatal_messages",
      up: text(PackageResources.V0015__fatal_messages_sql),
      down: text(PackageResources.U0015__fatal_messages_sql)),
    Migration(
      version: 16, name: "moves",
      up: text(PackageResources.V0016__moves_sql),
      down: text(PackageResources.U0016__moves_sql)),
    Migration(
      version: 17, name: "members_and_groups",
      up: text(PackageResources.V0017__members_and_groups_sql),
      down: text(PackageResources.U0017__members_and_groups_sql)),
    Migration(
      version: 18, name: "relationship_changes",
      up: text(PackageResources.V0018__relationship_changes_sql),
      down: text(PackageResources.U0018__relationship_changes_sql)),
    Migration(
      version: 19, name: "children_in_order",
      up: text(PackageResources.V0019__children_in_order_sql),
      down: text(PackageResources.U0019__children_in_order_sql),
      preflight: text(PackageResources.P0019__children_in_order_sql),
      // It dropped the index that migration 22 drops.
      formerChecksums: ["e3ebbfd78f3a01780595c66d5b0074f2eba497e4bc7e5875926d028bda10346b"]),
    Migration(
      version: 20, name: "unacknowledged_letters",
      up: text(PackageResources.V0020__unacknowledged_letters_sql),
      down: text(PackageResources.U0020__unacknowledged_letters_sql)),
    Migration(
      version: 21, name: "parked_commands_by_key",
      up: text(PackageResources.V0021__parked_commands_by_key_sql),
      down: text(PackageResources.U0021__parked_commands_by_key_sql)),
    Migration(
      version: 22, name: "replaced_indexes",
      up: text(PackageResources.V0022__replaced_indexes_sql),
      down: text(PackageResources.U0022__replaced_indexes_sql)),
  ]

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
