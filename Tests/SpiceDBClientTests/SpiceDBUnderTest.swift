import Coordination
import EndToEndSupport
import Foundation
import Logging
import Secrets
import SpiceDBAuthorization
import SpiceDBClient
import TestSupport

/// The SpiceDB that `bin/check-spicedb` names, or the double: what holds for one must hold for the other. It has our
/// schema, and others use it at the same time: each test has ids of its own.
enum SpiceDBUnderTest {
  private static let environment = ProcessInfo.processInfo.environment
  private static let double = Task { try await SpiceDBDouble() }

  /// Of the SpiceDB, after our schema was written where there was none.
  private static let prepared = Task { () async throws -> SpiceDBConfiguration in
    let configuration = try await Self.configuration()
    try await SpiceDBConnection.withConnection(configuration, logger: .silent) { spicedb async throws in
      if try await spicedb.schema() == nil { try await spicedb.write(schema: AuthorizationSchema.text) }
    }
    return configuration
  }

  static func connect(_ body: (SpiceDBConnection) async throws -> Void) async throws {
    try await SpiceDBConnection.withConnection(try await prepared.value, logger: .silent, body)
  }

  private static func configuration() async throws -> SpiceDBConfiguration {
    guard let endpoint = environment["SPICEDB_ENDPOINT"] else { return try await double.value.configuration() }
    let isInsecure = environment["SPICEDB_INSECURE"] == "true"
    return SpiceDBConfiguration(
      endpoint: try SpiceDBEndpoint(endpoint),
      security: isInsecure ? .plaintext : .tls(caFile: environment["SPICEDB_CA_FILE"]),
      token: Secret(environment["SPICEDB_TOKEN"] ?? ""))
  }

  /// An id that no other test has.
  static func id() -> String { UUID().uuidString }
}

extension SpiceDBDouble {
  func configuration(
    token: Secret = Secret("key"), host: String = "127.0.0.1", port: Int? = nil,
    security: SpiceDBConfiguration.Security = .plaintext, timeout: Duration = .seconds(30),
    keepalive: Duration = .seconds(15), patience: Duration = .seconds(15), attempts: Int = 6,
    pauses: Backoff = Backoff(shortest: .milliseconds(5), longest: .milliseconds(80)), gap: Duration = .seconds(6)
  ) throws -> SpiceDBConfiguration {
    SpiceDBConfiguration(
      endpoint: try SpiceDBEndpoint("\(host):\(port ?? self.port)"), security: security, token: token, timeout: timeout,
      keepalive: keepalive, patience: patience,
      retries: SpiceDBRetries(attempts: attempts, backoff: pauses, gap: gap))
  }

  /// Runs a connection to it, with our schema there.
  func connect(
    _ configuration: SpiceDBConfiguration? = nil, logger: Logger = .silent,
    _ body: (SpiceDBConnection) async throws -> Void
  ) async throws {
    try await SpiceDBConnection.withConnection(try configuration ?? self.configuration(), logger: logger) {
      connection in
      try await connection.write(schema: AuthorizationSchema.text)
      try await body(connection)
    }
  }
}

extension SpiceDBRelationship {
  /// From `type:id#relation@type:id` or `type:id#relation@type:id#relation`.
  init(_ text: String) {
    let sides = text.split(separator: "@", maxSplits: 1).map { $0.split(separator: "#").map(String.init) }
    self.init(
      resource: SpiceDBObject(sides[0][0]), relation: sides[0][1],
      subject: SpiceDBSubject(SpiceDBObject(sides[1][0]), relation: sides[1].count > 1 ? sides[1][1] : nil))
  }
}

extension SpiceDBObject {
  /// From `type:id`.
  init(_ text: String) {
    let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
    self.init(type: parts[0], id: parts[1])
  }
}

extension CheckItem {
  /// From `type:id#permission@type:id`.
  init(_ text: String) {
    let relationship = SpiceDBRelationship(text)
    self.init(resource: relationship.resource, permission: relationship.relation, subject: relationship.subject)
  }
}

/// What a call failed with.
func failure(_ call: () async throws(SpiceDBError) -> some Sendable) async -> SpiceDBError? {
  do {
    _ = try await call()
    return nil
  } catch {
    return error
  }
}
