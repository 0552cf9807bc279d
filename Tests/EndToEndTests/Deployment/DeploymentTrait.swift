import TestSupport
import Testing

/// Gives each test a ``Deployment`` of its own: ``Deployment/current``.
struct DeploymentTrait: SuiteTrait, TestTrait, TestScoping {
  /// Workers are processes with threads of their own: more of them at a time would only wait for each other.
  private static let slots = Slots(count: 3)

  let isPrepared: Bool

  /// Around each test.
  var isRecursive: Bool { true }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
  ) async throws {
    guard !test.isSuite else { return try await function() }
    try await Self.slots.withSlot {
      let hosts: VirtualHostTrait = .virtualHost
      try await hosts.provideScope(for: test, testCase: testCase) {
        let databases: TestDatabaseTrait = .emptyDatabase
        try await databases.provideScope(for: test, testCase: testCase) { try await deploy(function) }
      }
    }
  }

  private func deploy(_ function: @concurrent @Sendable () async throws -> Void) async throws {
    let deployment = try Deployment(host: try VirtualHost.required(), database: try TestDatabase.current)
    let result: Result<Void, any Error>
    do {
      if isPrepared { try await deployment.prepare() }
      result = .success(try await Deployment.$scoped.withValue(deployment, operation: function))
    } catch {
      result = .failure(error)
    }
    try await deployment.close()
    try result.get()
  }
}

extension Trait where Self == DeploymentTrait {
  /// Each test has a broker and a database to itself, ready for a worker.
  static var deployment: Self { DeploymentTrait(isPrepared: true) }
  /// Each test has an empty virtual host and an empty database.
  static var emptyDeployment: Self { DeploymentTrait(isPrepared: false) }
}
