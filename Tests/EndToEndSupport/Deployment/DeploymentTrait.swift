import TestSupport
package import Testing

/// Gives each test a ``Deployment`` of its own: ``Deployment/current``.
package struct DeploymentTrait: SuiteTrait, TestTrait, TestScoping {
  let isPrepared: Bool

  /// True: the scope is provided around each test of a suite.
  package var isRecursive: Bool { true }

  package func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
  ) async throws {
    guard !test.isSuite else { return try await function() }
    try await Deployment.make(isMigrated: isPrepared) { deployment in
      if isPrepared { try await deployment.prepare() }
      try await Deployment.$scoped.withValue(deployment, operation: function)
    }
  }
}

extension Trait where Self == DeploymentTrait {
  /// Each test has a broker and a database to itself, ready for a worker.
  package static var deployment: Self { DeploymentTrait(isPrepared: true) }
  /// Each test has an empty virtual host and an empty database.
  package static var emptyDeployment: Self { DeploymentTrait(isPrepared: false) }
}
