package import Coordination
package import WorkspaceDomain

/// Tenants whose next changes the replica refuses: each is retried with a growing backoff, while the others go on.
///
/// A pure value. Bounded: from ``limit`` tenants on, a refusal counts as a failure for all tenants.
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

  /// Tenants that are not to be tried yet.
  package func waiting(at now: ContinuousClock.Instant) -> Set<TenantID> {
    Set(refusals.lazy.filter { $0.value.until > now }.map(\.key))
  }

  /// - Parameter random: between 0 and 1.
  package mutating func refused(_ tenantID: TenantID, at now: ContinuousClock.Instant, random: Double) {
    let attempts = (refusals[tenantID]?.attempts ?? 0) + 1
    refusals[tenantID] = Refusal(
      attempts: attempts, until: now + Self.backoff.delay(attempt: attempts, random: random))
  }

  /// A change of the tenant was applied.
  package mutating func succeeded(_ tenantID: TenantID) { refusals[tenantID] = nil }
}
