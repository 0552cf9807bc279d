package import Coordination

/// Port: the database of a configuration, for doctor.
package protocol ExaminedDatabase: Sendable {
  /// The host names in the connection string that have to be resolved.
  ///
  /// - Throws: ``DatabaseObstacle`` if the connection string can't be read.
  func hosts() throws(DatabaseObstacle) -> [String]

  /// Connects to the host that accepts writes, as everything else does; if there is none, to any host, to report what
  /// can be seen there.
  ///
  /// - Throws: why the database can't be used at all.
  func connect() async throws(DatabaseObstacle) -> any DatabaseFacts
}

/// Why there is no connection to the database, each with the error message, for people.
package enum DatabaseObstacle: Error, Equatable {
  case loginRefused(String)
  /// The connection string, or a file that it names, can't be used.
  case configuration(String)
  /// Something in between, such as a pooler, shares sessions with others.
  case sharedSession(String)
  /// Something in between, such as a pooler, refuses settings in the connection string.
  case unsupportedOption(String)
  case tlsRefused(String)
  /// The server has no room for another session of this role.
  case exhausted(String)
  case unreachable(String)
}

/// A connection to a database, which answers questions. All methods but ``migrations()`` throw if the role may not ask.
package protocol DatabaseFacts: Closable {
  /// Where the connection leads. No secrets.
  var address: String { get }

  func server() async throws -> DatabaseServer
  func durability() async throws -> DatabaseDurability
  func migrations() async -> DatabaseSchema

  /// The rights that a worker needs and the role lacks.
  func missingRights() async throws -> [String]

  /// How many open dead letters are commands that the broker took out of their queue because of a delivery limit;
  /// counts up to 1,000.
  func lettersOfDeliveryLimit() async throws -> Int
}
