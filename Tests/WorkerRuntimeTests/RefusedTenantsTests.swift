import TestFixtures
import Testing
import WorkerRuntime
import WorkspaceDomain

@Suite struct RefusedTenantsTests {
  @Test func `a tenant waits longer and longer, up to a minute, and no longer after a success`() {
    var refused = RefusedTenants()
    let start = ContinuousClock.now
    refused.refused(.sample(1), at: start, random: 1)
    #expect(refused.waiting(at: start + .milliseconds(1999)) == [.sample(1)])
    #expect(refused.waiting(at: start + .seconds(2)) == [])
    for _ in 0..<20 { refused.refused(.sample(1), at: start, random: 1) }
    #expect(refused.waiting(at: start + .seconds(59)) == [.sample(1)])
    #expect(refused.waiting(at: start + .seconds(60)) == [])
    refused.succeeded(.sample(1))
    #expect(refused.waiting(at: start) == [])
    refused.refused(.sample(1), at: start, random: 1)
    #expect(refused.waiting(at: start + .seconds(2)) == [], "from the beginning")
  }
}
