import Foundation
package import Testing

/// The broker that integration tests run against.
package struct BrokerUnderTest: Sendable {
  package let amqpURL: String
  package let management: ManagementAPI

  /// Nil unless WORKSPACE_WORKER_INTEGRATION is 1 and AMQP_URL and RABBITMQ_MANAGEMENT_URL are set.
  package static let current: BrokerUnderTest? = {
    let environment = ProcessInfo.processInfo.environment
    guard environment["WORKSPACE_WORKER_INTEGRATION"] == "1", let amqpURL = environment["AMQP_URL"],
      let url = environment["RABBITMQ_MANAGEMENT_URL"].flatMap(URL.init)
    else { return nil }
    return BrokerUnderTest(amqpURL: amqpURL, management: ManagementAPI(url))
  }()

  package struct Missing: Error {}

  package static func required() throws -> BrokerUnderTest {
    guard let current else { throw Missing() }
    return current
  }
}

extension Trait where Self == ConditionTrait {
  /// Runs only if a broker was given.
  package static var needsBroker: Self {
    .enabled(
      if: BrokerUnderTest.current != nil, "needs WORKSPACE_WORKER_INTEGRATION=1, AMQP_URL and RABBITMQ_MANAGEMENT_URL")
  }
}
