import Crypto
import Messaging
import UnitOfWork

extension FatalMessages {
  static func hash(_ body: [UInt8]) -> BodyHash { Array(SHA256.hash(data: body)) }

  /// The deaths that a body has caused, with its hash. Usually none are known at all, and nothing is hashed.
  func deaths(of body: [UInt8]) -> (hash: BodyHash, deaths: Deaths)? {
    guard !isEmpty else { return nil }
    let hash = Self.hash(body)
    return deaths[hash].map { (hash, $0) }
  }
}
