/// Makes ULIDs that never decrease: within a millisecond, and while the clock stands still or is set back, each is the
/// previous one plus one (https://github.com/ulid/spec, "Monotonicity").
package struct ULIDGenerator<Random: RandomNumberGenerator> {
  /// All 80 random bits of a millisecond are used up. The specification requires an error, not a wrap-around.
  package struct Overflow: Error, Equatable {
    package let milliseconds: UInt64
  }

  private var random: Random
  private var last: ULID?

  package init(random: Random) { self.random = random }

  /// - Parameter now: milliseconds since 1970; no more than 48 bits.
  /// - Throws: ``Overflow`` when no larger id is left within the millisecond.
  package mutating func next(at now: UInt64) throws(Overflow) -> ULID {
    let id: ULID
    if let last, now <= last.milliseconds {
      guard let randomness = last.randomness.successor else { throw Overflow(milliseconds: last.milliseconds) }
      id = ULID(milliseconds: last.milliseconds, randomness: randomness)
    } else {
      id = ULID(milliseconds: now, randomness: .init(high: random.next(), low: random.next()))
    }
    last = id
    return id
  }
}

extension ULIDGenerator: Sendable where Random: Sendable {}
