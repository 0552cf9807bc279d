import Coordination
import Foundation
package import PostgresClient
package import Testing

/// A database of a test: as a rule that of the running suite, created for it, and dropped at its end.
package struct TestDatabase: Sendable {
  @TaskLocal fileprivate static var scoped: TestDatabase?

  package let name: String
  package let url: String
  /// All migrations are applied.
  package var isMigrated = false

  package struct Missing: Error, CustomStringConvertible {
    package let description = "the suite has no .emptyDatabase or .migratedDatabase"
  }

  package static var current: TestDatabase {
    get throws {
      guard let scoped else { throw Missing() }
      return scoped
    }
  }

  package func connect(
    configure: (inout PostgresConfiguration) -> Void = { _ in }
  ) async throws -> PostgresConnection {
    try await PostgresServer.connect(url, configure: configure)
  }

  /// Provides a connection that is closed afterwards.
  package func withConnection<Answer>(
    configure: (inout PostgresConfiguration) -> Void = { _ in },
    _ body: (PostgresConnection) async throws -> Answer
  ) async throws -> Answer {
    try await connect(configure: configure).use(body)
  }
}

extension TestDatabase {
  /// Provides a database, created for `body` and dropped afterwards. Its name shows which process created it, in case
  /// one is ever left behind.
  ///
  /// - Parameter isMigrated: all migrations are applied; by default there is nothing in it.
  package static func make(
    isMigrated: Bool = false, _ body: @concurrent @Sendable (TestDatabase) async throws -> Void
  ) async throws {
    let process = ProcessInfo.processInfo.processIdentifier
    let name = "test_\(process)_\(UInt32.random(in: 0 ... .max))"
    let database = TestDatabase(name: name, url: try PostgresServer.url(database: name), isMigrated: isMigrated)
    let template = isMigrated ? " template \(try await MigratedTemplate.name)" : ""
    try await administer("create database \(database.name)\(template)")
    let result: Result<Void, any Error>
    do {
      result = .success(try await body(database))
    } catch {
      result = .failure(error)
    }
    try await drop(database)
    try result.get()
  }

  /// Provides a database that there is already, or else one as ``make(isMigrated:_:)`` does.
  package static func lend(
    _ database: TestDatabase?, isMigrated: Bool, _ body: @concurrent @Sendable (TestDatabase) async throws -> Void
  ) async throws {
    if let database { try await body(database) } else { try await make(isMigrated: isMigrated, body) }
  }

  /// Sessions left open by a failed test must not keep it. But an autovacuum worker that happens to be in it, which
  /// only a superuser may end, has to finish first.
  private static func drop(_ database: TestDatabase) async throws {
    try await Patience.poll(for: "database \(database.name) is dropped") {
      do {
        try await administer("drop database \(database.name) with (force)")
        return true
      } catch PostgresError.server(let error) where error.sqlState == .insufficientPrivilege {
        return false
      }
    }
  }

  private static func administer(_ statement: String) async throws {
    try await PostgresServer.connect().use { try await $0.execute(script: statement) }
  }
}

/// Makes a database for a suite.
package struct TestDatabaseTrait: SuiteTrait, TestScoping {
  let isMigrated: Bool

  /// Once per suite, not per test.
  package var isRecursive: Bool { false }

  package func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
  ) async throws {
    try await TestDatabase.make(isMigrated: isMigrated) { database in
      try await TestDatabase.$scoped.withValue(database, operation: function)
    }
  }
}

extension Trait where Self == TestDatabaseTrait {
  /// The suite has a database of its own, with nothing in it: ``TestDatabase/current``.
  package static var emptyDatabase: Self { Self(isMigrated: false) }
  /// The suite has a database of its own, with all migrations applied.
  package static var migratedDatabase: Self { Self(isMigrated: true) }
}
