import ServiceLifecycle
import SpiceDBClient

/// Runs the connection to SpiceDB while the process needs it. The service does not end when SpiceDB is unavailable.
struct SpiceDBService: Service {
  let connection: SpiceDBConnection

  func run() async {
    await withGracefulShutdownHandler {
      await connection.run()
    } onGracefulShutdown: {
      connection.shutDown()
    }
  }
}
