package import Logging
package import Operations
package import SpiceDBClient

/// Examines the configured SpiceDB, for `doctor`.
package struct SpiceDBExamination: ExaminedReplica {
  private let configuration: SpiceDBConfiguration
  private let logger: Logger

  package init(_ configuration: SpiceDBConfiguration, logger: Logger) {
    self.configuration = configuration
    self.logger = logger
  }

  package var address: String { "\(configuration.endpoint)" }

  package func schema() async throws(ReplicaObstacle) -> ReplicaSchema {
    guard let text = try await read() else { return .missing }
    let difference = SchemaDifference(of: text, from: AuthorizationSchema.text)
    return difference.isEmpty ? .expected : .different("\(difference)")
  }

  private func read() async throws(ReplicaObstacle) -> String? {
    do {
      return try await SpiceDBConnection.withConnection(configuration, logger: logger) { try await $0.schema() }
    } catch let error as SpiceDBError {
      throw ReplicaObstacle(error)
    } catch {
      throw .unreachable("\(error)")
    }
  }
}

extension ReplicaObstacle {
  fileprivate init(_ error: SpiceDBError) {
    switch error.kind {
    case .unauthenticated, .unreadableToken: self = .loginRefused("\(error)")
    default: self = .unreachable("\(error)")
    }
  }
}
