import Foundation
package import RabbitMQClient
package import Testing

/// A virtual host that belongs to one suite, and what tests do in it.
package struct VirtualHost: Sendable {
  @TaskLocal package static var current: VirtualHost?

  package let name: String
  package let broker: BrokerUnderTest

  package struct Missing: Error {}

  /// The running suite's. The suite needs the trait `.virtualHost`.
  package static func required() throws -> VirtualHost {
    guard let current else { throw Missing() }
    return current
  }

  /// How to connect to it; a name for the connection distinguishes it in the broker's lists.
  package func configuration(_ connectionName: String = "test") throws -> RabbitMQConfiguration {
    var configuration = try RabbitMQConfiguration(url: broker.amqpURL)
    configuration.virtualHost = name
    configuration.connectionName = connectionName
    // All tests share one broker, on machines that may have no time for it: what it does late is no fault of the
    // client's.
    configuration.connectTimeout = .seconds(60)
    configuration.requestTimeout = .seconds(60)
    return configuration
  }

  /// Its URL, for callers that need a URL.
  package var url: String {
    let path = broker.amqpURL.split(separator: "/", omittingEmptySubsequences: false)[0...2].joined(separator: "/")
    return path + "/" + name
  }
}

extension VirtualHost {
  /// Provides a virtual host, created for `body` and afterwards deleted with everything in it.
  package static func make(
    on broker: BrokerUnderTest, _ body: @concurrent @Sendable (VirtualHost) async throws -> Void
  ) async throws {
    let suffix = String(UInt32.random(in: 0 ... .max), radix: 36)
    let host = VirtualHost(name: "test-\(ProcessInfo.processInfo.processIdentifier)-\(suffix)", broker: broker)
    try await broker.management.createVirtualHost(host.name)
    let result: Result<Void, any Error>
    do {
      result = .success(try await body(host))
    } catch {
      result = .failure(error)
    }
    try await broker.management.deleteVirtualHost(host.name)
    try result.get()
  }
}

/// Creates a virtual host before a suite, and afterwards deletes it with everything in it: two suites at a time.
package struct VirtualHostTrait: SuiteTrait, TestScoping {
  /// All tests of a suite are at the broker at the same time. Too many of them, and it refuses quorum queues for want
  /// of time.
  private static let slots = Slots(count: 2)

  package var isRecursive: Bool { false }

  package func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
  ) async throws {
    guard let broker = BrokerUnderTest.current else { return try await function() }
    try await Self.slots.withSlot {
      try await VirtualHost.make(on: broker) { try await VirtualHost.$current.withValue($0, operation: function) }
    }
  }
}

extension Trait where Self == VirtualHostTrait {
  /// The suite gets a virtual host of its own.
  package static var virtualHost: Self { VirtualHostTrait() }
}
