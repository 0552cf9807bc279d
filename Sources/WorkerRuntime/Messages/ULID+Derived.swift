import Crypto
import WorkspaceDomain

extension ULID {
  /// The id of a message that may have to be rebuilt: the same time and content give the same id.
  ///
  /// - Parameters:
  ///   - texts: each ends with a NUL byte, which is unambiguous, since no attribute holds a control character; nil
  ///     counts as empty.
  ///   - bytes: of a fixed length.
  init(derivedFrom texts: [String?], _ bytes: [UInt8] = [], milliseconds: UInt64) {
    var hash = SHA256()
    for text in texts { hash.update(data: Array((text ?? "").utf8) + [0]) }
    hash.update(data: bytes)
    self.init(
      milliseconds: min(milliseconds, Self.maximumMilliseconds), randomness: .init(hash: Array(hash.finalize())))
  }
}
