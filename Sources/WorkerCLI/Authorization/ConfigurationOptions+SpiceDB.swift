import Logging
import Settings
import SpiceDBClient

/// A command needs SpiceDB, but none is configured.
struct SpiceDBMissing: Error, CustomStringConvertible {
  var description: String { "authorization.spicedb.endpoint is not set: there is no SpiceDB" }
}

extension ConfigurationOptions {
  /// Runs `body` with a connection to the configured SpiceDB.
  func withSpiceDB(_ body: (SpiceDBConnection, WorkerConfiguration, Servers, Logger) async throws -> Void) async throws
  {
    try await FailureReport.reporting {
      let configuration = try await load()
      let logger = LogSetup.start(configuration.log)
      let servers = try Servers(configuration).forOneCommand
      guard let spicedb = servers.spicedb else { throw SpiceDBMissing() }
      try await SpiceDBConnection.withConnection(spicedb, logger: logger) { connection in
        try await body(connection, configuration, servers, logger)
      }
    }
  }
}
