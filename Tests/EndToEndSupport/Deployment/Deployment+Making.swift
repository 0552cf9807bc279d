package import TestSupport

extension Deployment {
  /// Workers are processes with threads of their own: running more at a time would only make them wait for each other.
  private static let slots = Slots(count: 3)

  /// Provides an empty virtual host and database, created for `body` and deleted afterwards. Waits while three others
  /// are in use.
  ///
  /// - Parameters:
  ///   - database: one that the test has made; nil for one of the server that all tests share.
  ///   - isMigrated: that one has the schema; by default it is empty.
  package static func make(
    executable: String? = nil, on database: TestDatabase? = nil, isMigrated: Bool = false,
    _ body: @concurrent @Sendable (Deployment) async throws -> Void
  ) async throws {
    try await slots.withSlot {
      try await VirtualHost.make(on: .required()) { host in
        try await TestDatabase.lend(database, isMigrated: isMigrated) { database in
          try await Deployment(host: host, database: database, executable: executable).close(after: body)
        }
      }
    }
  }

  private func close(after body: @concurrent @Sendable (Deployment) async throws -> Void) async throws {
    let result: Result<Void, any Error>
    do {
      result = .success(try await body(self))
    } catch {
      result = .failure(error)
    }
    try await close()
    try result.get()
  }
}
