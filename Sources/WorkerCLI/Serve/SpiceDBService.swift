import ServiceLifecycle
import SpiceDBClient

/// Keeps the connection to SpiceDB as long as the process may use it. An unavailable SpiceDB ends nothing.
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
