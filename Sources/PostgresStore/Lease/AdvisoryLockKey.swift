import Crypto
package import PostgresClient

/// The number of an advisory lock (PostgreSQL manual, "Advisory Locks"): the first eight bytes of the SHA-256 of its
/// name. Other programs that lock numbers in this database won't collide with it.
package struct AdvisoryLockKey: Sendable, Equatable {
  package let number: Int64

  package init(_ name: String) {
    number = SHA256.hash(data: Array(name.utf8)).prefix(8).reduce(0) { $0 << 8 | Int64($1) }
  }
}

extension AdvisoryLockKey: PostgresEncodable {
  package static var postgresType: PostgresType { .int8 }
  package static var postgresArrayType: PostgresType { .int8Array }

  package func encode(into bytes: inout [UInt8]) { number.encode(into: &bytes) }
}
