import Foundation
import TestSupport

extension Deployment {
  /// Starts a test double of SpiceDB, with the schema applied; returns it and the settings that point to it.
  package func startSpiceDB() async throws -> (spicedb: SpiceDBDouble, environment: [String: String]) {
    let spicedb = try await SpiceDBDouble()
    let token = folder.appending(path: "token-\(spicedb.port)")
    try Data("key\n".utf8).write(to: token)
    let environment = [
      "AUTHORIZATION_SPICEDB_ENDPOINT": "127.0.0.1:\(spicedb.port)", "AUTHORIZATION_SPICEDB_TOKEN_FILE": token.path,
      "AUTHORIZATION_SPICEDB_INSECURE": "true",
    ]
    let applied = try await run("authorization", "schema", "--apply", environment: environment)
    guard applied.exit == .code(0) else {
      throw Patience.Exhausted(description: "the schema can't be written: \(applied.errors)")
    }
    return (spicedb, environment)
  }
}
