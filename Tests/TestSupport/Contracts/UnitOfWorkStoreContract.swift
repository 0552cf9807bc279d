import Testing
package import UnitOfWork

/// What every ``UnitOfWorkStore`` does: one case for each promise. Run as the arguments of a test.
///
/// Cases may share one set of data, and run at the same time: each has tenants and queues of its own.
package struct UnitOfWorkStoreContract: Sendable, CustomTestStringConvertible {
  package let name: String
  private let body: @Sendable (any UnitOfWorkStores) async throws -> Void

  init(_ name: String, body: @escaping @Sendable (any UnitOfWorkStores) async throws -> Void) {
    self.name = name
    self.body = body
  }

  package func run(on stores: any UnitOfWorkStores) async throws { try await body(stores) }

  package var testDescription: String { name }

  /// What one store does on its own.
  package static let alone: [UnitOfWorkStoreContract] =
    commits + names + conflicts + readings + pages + outbox + deadLetters + parking

  /// What several stores on one set of data do to each other.
  package static let together: [UnitOfWorkStoreContract] = concurrency + queues
}

/// Opens stores onto one set of data.
package protocol UnitOfWorkStores: Sendable {
  /// - Parameter queue: whose outgoing messages the store handles.
  func open(queue: String) async throws -> any UnitOfWorkStore
}

extension UnitOfWorkStores {
  /// A store for a queue that no other test has.
  func open() async throws -> any UnitOfWorkStore { try await open(queue: uniqueQueue()) }
}

func uniqueQueue() -> String { "/tests/\(UInt64.random(in: 0 ... .max))" }
