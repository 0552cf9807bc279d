import Coordination
import Logging
import Operations
import PostgresClient
import PostgresStore
import SpiceDBAuthorization
import SpiceDBClient
import UnitOfWork

/// Looks at SpiceDB: endpoint, key, schema, and how far behind it is.
struct SpiceDBExamination {
  /// Behind by more, something is wrong.
  private static let usualLag: Duration = .seconds(60)

  let servers: Servers
  let logger: Logger

  /// None where there is no SpiceDB.
  func findings() async -> [Finding] {
    guard let configuration = servers.spicedb else { return [] }
    return await [schema(configuration)] + lag()
  }

  private func schema(_ configuration: SpiceDBConfiguration) async -> Finding {
    do {
      let text = try await read(configuration)
      guard let text else {
        return .problem("authorization.schema", "SpiceDB has no schema", remedy: "workspace-worker authorization schema --apply")
      }
      let difference = SchemaDifference(of: text, from: AuthorizationSchema.text)
      guard difference.isEmpty else {
        return .problem(
          "authorization.schema", "SpiceDB at \(configuration.endpoint) has another schema: \(difference)",
          remedy: "workspace-worker authorization schema --apply")
      }
      return .ok("authorization.schema", "SpiceDB at \(configuration.endpoint) has the schema that is needed")
    } catch let error as SpiceDBError {
      return failure(error)
    } catch {
      return .problem("authorization.spicedb", "\(error)", remedy: "correct authorization.spicedb")
    }
  }

  private func read(_ configuration: SpiceDBConfiguration) async throws -> String? {
    let connection = try SpiceDBConnection(configuration, logger: logger)
    return try await withThrowingDiscardingTaskGroup { group in
      group.addTask { await connection.run() }
      defer { connection.shutDown() }
      return try await connection.schema()
    }
  }

  private func failure(_ error: SpiceDBError) -> Finding {
    switch error.kind {
    case .unauthenticated, .unreadableToken:
      .problem("authorization.token", "\(error)", remedy: "put the key of SpiceDB into authorization.spicedb.token_file")
    default:
      .problem(
        "authorization.spicedb", "\(error)",
        remedy: "start SpiceDB, or correct authorization.spicedb.endpoint, .ca_file and .insecure; what commands change waits")
    }
  }

  /// None where the database can't be asked: that is another finding.
  private func lag() async -> [Finding] {
    guard let lag = try? await readLag() else { return [] }
    let detail = "\(lag.count) commits wait to be replicated, the oldest for \(Int(lag.age / .seconds(1))) s"
    guard lag.age > Self.usualLag else { return [.ok("authorization.lag", detail)] }
    return [
      .warning("authorization.lag", detail, remedy: "an active worker replicates; its log says what is in the way")
    ]
  }

  private func readLag() async throws -> (count: Int, age: Duration) {
    let connection = try await PostgresConnection.connect(servers.postgres.forReplication(), logger: logger)
    return try await connection.use { connection in
      let lag = try await PostgresStatistics.replicationLag(connection)
      return (lag.count, lag.age)
    }
  }
}
