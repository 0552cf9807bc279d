package import WorkspaceDomain

extension ULID {
  /// The ULID whose value is `number`.
  package static func sample(_ number: UInt64) -> ULID {
    ULID(milliseconds: 0, randomness: .init(high: 0, low: number))
  }
}

extension Identifier {
  package static func sample(_ number: UInt64) -> Self { Self(.sample(number)) }
}

extension Timestamp {
  /// 2026-11-23T08:00:00.000Z.
  package static let sample = Timestamp(milliseconds: 1_795_420_800_000)
}
