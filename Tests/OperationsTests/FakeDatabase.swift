import Coordination
import Operations

/// A database whose answers to `doctor` are set by a test.
struct FakeDatabase: ExaminedDatabase {
  struct Refused: Error, CustomStringConvertible {
    let description = "permission denied"
  }

  struct Facts: DatabaseFacts {
    let database: FakeDatabase
    let address = "db at database.example"

    func server() async throws -> DatabaseServer {
      guard database.mayAsk else { throw Refused() }
      return database.server
    }
    func durability() async throws -> DatabaseDurability { database.durability }
    func migrations() async -> DatabaseSchema { database.schema }
    func missingRights() async throws -> [String] { database.missingRights }
    func lettersOfDeliveryLimit() async throws -> Int { database.lettersOfDeliveryLimit }
    func close() async {}
  }

  var obstacle: DatabaseObstacle?
  var mayAsk = true
  var server = DatabaseServer(
    version: 170_004, role: "worker", isSuperuser: false, isReadOnly: false, isEncrypted: true, isLocal: false,
    encoding: "UTF8",
    skew: .milliseconds(-3))
  var durability = DatabaseDurability(disabled: [], standbyNames: "", standbys: 0, defaultCommit: "on", hidden: [])
  var schema = DatabaseSchema.applied(unknown: [])
  var missingRights: [String] = []
  var lettersOfDeliveryLimit = 0

  func hosts() throws(DatabaseObstacle) -> [String] { ["database.example", "standby.example"] }

  func connect() async throws(DatabaseObstacle) -> any DatabaseFacts {
    if let obstacle { throw obstacle }
    return Facts(database: self)
  }
}
