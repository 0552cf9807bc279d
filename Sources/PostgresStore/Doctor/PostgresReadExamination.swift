import Coordination
package import Logging
import Operations
package import PostgresClient
package import UnitOfWork
import WorkerRuntime

/// The server of `postgres.read_url`, for doctor.
package struct PostgresReadExamination: ExaminedReadServer {
  private let configuration: PostgresConfiguration
  private let logger: Logger

  /// - Parameter configuration: should come from ``PostgresConfiguration/forQueriesOfStandby(timeout:)``.
  package init(_ configuration: PostgresConfiguration, logger: Logger) {
    self.configuration = configuration
    self.logger = logger
  }

  package var address: String { "\(configuration)" }

  package func origin() async throws -> DatedSnapshot.Origin {
    let session = try await PostgresQuerySession.open(configuration, logger: logger)
    var nothing = ReadSet()
    nothing.locksTenants = false
    do {
      let origin = try await session.reader.read(nothing).origin
      await session.close()
      return origin
    } catch {
      await session.close()
      throw error
    }
  }
}
