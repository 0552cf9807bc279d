package import Coordination
package import WorkspaceDomain

/// Tenants whose next changes the replica refuses: each is tried again after longer and longer, and the others go on
/// meanwhile.
///
/// A pure value. Bounded: beyond ``limit`` tenants a refusal is everybody's matter.
package struct RefusedTenants: Sendable {
  static let limit = 10_000
  package static let backoff = Backoff(shortest: .seconds(1), longest: .seconds(60))

  private struct Refusal: Sendable {
    var attempts: Int
    var until: ContinuousClock.Instant
  }

  private var refusals: [TenantID: Refusal] = [:]

  package init() {}

  package var count: Int { refusals.count }
  package var isFull: Bool { refusals.count >= Self.limit }

  /// Those that are not to be tried yet.
  package func waiting(at now: ContinuousClock.Instant) -> Set<TenantID> {
    Set(refusals.lazy.filter { $0.value.until > now }.map(\.key))
  }

  /// - Parameter random: between 0 and 1.
  package mutating func refused(_ tenantID: TenantID, at now: ContinuousClock.Instant, random: Double) {
    let attempts = (refusals[tenantID]?.attempts ?? 0) + 1
    refusals[tenantID] = Refusal(
      attempts: attempts, until: now + Self.backoff.delay(attempt: attempts, random: random))
  }

  /// Something of it was applied.
  package mutating func succeeded(_ tenantID: TenantID) { refusals[tenantID] = nil }
}
