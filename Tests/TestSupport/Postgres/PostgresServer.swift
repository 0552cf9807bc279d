import Foundation
import Logging
package import PostgresClient
package import Testing

/// The PostgreSQL server that integration tests use: the one in POSTGRES_URL.
package enum PostgresServer {
  /// Integration tests were asked for: WORKSPACE_WORKER_INTEGRATION is 1.
  package static var isEnabled: Bool { ProcessInfo.processInfo.environment["WORKSPACE_WORKER_INTEGRATION"] == "1" }

  package struct NoURL: Error, CustomStringConvertible {
    package let description = "POSTGRES_URL is not set to a postgres:// URI"
  }

  /// The server's URL, with a different database if one is given.
  package static func url(database: String? = nil) throws -> String {
    guard let url = ProcessInfo.processInfo.environment["POSTGRES_URL"], var components = URLComponents(string: url)
    else {
      throw NoURL()
    }
    if let database { components.path = "/\(database)" }
    return components.string ?? url
  }

  /// - Parameter url: of a database; by default this server's.
  package static func connect(
    _ url: String? = nil, configure: (inout PostgresConfiguration) -> Void = { _ in }
  ) async throws -> PostgresConnection {
    var configuration = PostgresConfiguration(url: try url ?? self.url())
    // All tests share one server, on machines that may have no time for it: what it does late is no fault of the
    // client's.
    configuration.connectTimeout = .seconds(60)
    configure(&configuration)
    return try await PostgresConnection.connect(configuration, logger: .silent)
  }
}

extension Trait where Self == ConditionTrait {
  /// Skipped unless integration tests are asked for.
  package static var requiresPostgres: Self {
    .enabled(if: PostgresServer.isEnabled, "needs WORKSPACE_WORKER_INTEGRATION=1 and POSTGRES_URL")
  }
}
