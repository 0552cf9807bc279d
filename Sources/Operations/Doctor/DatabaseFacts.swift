package import Coordination

/// Port: the database of a configuration, for doctor.
package protocol ExaminedDatabase: Sendable {
  /// The names in the connection string that have to be resolved.
  ///
  /// - Throws: ``DatabaseObstacle`` where it can't be read.
  func hosts() throws(DatabaseObstacle) -> [String]

  /// To the host that writes, as everything else; where there is none, to any: what can be seen there is told.
  ///
  /// - Throws: why it can't be worked with at all.
  func connect() async throws(DatabaseObstacle) -> any DatabaseFacts
}

/// Why there is no connection with the database, with what was said, for people.
package enum DatabaseObstacle: Error, Equatable {
  case loginRefused(String)
  /// The connection string, or a file that it names, can't be used.
  case configuration(String)
  /// Something in between gives sessions to others.
  case sharedSession(String)
  /// Something in between does not take settings of the connection string.
  case unsupportedOption(String)
  case tlsRefused(String)
  case unreachable(String)
}

/// A connection with a database that answers questions. All but ``migrations()`` throw where the role may not ask.
package protocol DatabaseFacts: Closable {
  /// Where it leads to. No secrets.
  var address: String { get }

  func server() async throws -> DatabaseServer
  func durability() async throws -> DatabaseDurability
  func migrations() async -> DatabaseSchema

  /// What a worker does that the role may not.
  func missingRights() async throws -> [String]

  /// How many open dead letters are commands that the broker took out of their queue by a limit of deliveries; counted
  /// to 1,000.
  func lettersOfDeliveryLimit() async throws -> Int
}
