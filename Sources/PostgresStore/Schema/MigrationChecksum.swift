import Crypto
import Migrations

extension Migration {
  /// SHA-256 over what is run, up and down: an applied migration must never change.
  var checksum: [UInt8] { Array(SHA256.hash(data: Array(up.utf8) + [0] + Array(down.utf8))) }
}
