import Crypto
import Migrations
import WorkspaceDomain

extension Migration {
  /// SHA-256 of the SQL of both directions, up and down: an applied migration must never change.
  var checksum: [UInt8] { Array(SHA256.hash(data: Array(up.utf8) + [0] + Array(down.utf8))) }

  /// Whether `applied` is the migration's checksum, or that of an earlier text with the same effect.
  func hasChecksum(_ applied: [UInt8]) -> Bool {
    applied == checksum || formerChecksums.contains(String(hexadecimal: applied[...]))
  }
}
