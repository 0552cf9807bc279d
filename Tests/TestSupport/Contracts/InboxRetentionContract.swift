import Foundation
import Testing
package import UnitOfWork
import WorkspaceDomain

/// What every ``Retention`` does: one case for each promise. Each needs an inbox with nothing else in it.
package struct InboxRetentionContract: Sendable, CustomTestStringConvertible {
  package let testDescription: String
  private let body: @Sendable (any UnitOfWorkStore, any Retention) async throws -> Void

  init(_ name: String, body: @escaping @Sendable (any UnitOfWorkStore, any Retention) async throws -> Void) {
    testDescription = name
    self.body = body
  }

  /// - Parameters:
  ///   - store: whose inbox is empty.
  ///   - inbox: the retention of that inbox.
  package func run(on store: any UnitOfWorkStore, _ inbox: any Retention) async throws {
    try await body(store, inbox)
  }

  /// An hour ago: a store's own clock must not be decisive.
  private static let now = Timestamp(milliseconds: Int64(Date.now.timeIntervalSince1970 * 1000) - 3_600_000)
  private static let retention: Duration = .seconds(86_400)

  /// An entry that has outlived the retention by this many milliseconds.
  private static func entry(expiredFor milliseconds: Int64) -> InboxEntry {
    .sample(
      tenant: .random(),
      recordedAt: Timestamp(milliseconds: now.milliseconds - retention.milliseconds - milliseconds))
  }

  private static func remember(_ ages: [Int64], in store: any UnitOfWorkStore) async throws -> [InboxEntry] {
    let entries = ages.map(entry)
    try await store.write { $0.inbox = entries }
    return entries
  }

  private static func left(of entries: [InboxEntry], in store: any UnitOfWorkStore) async throws -> [InboxEntry] {
    let found = try await store.read { $0.inbox = Set(entries.map { InboxQuestion($0) }) }.inbox
    return entries.filter { found[$0.key] == $0 }
  }

  package static let all: [Self] = [
    Self("entries older than the retention are removed, others stay") { store, inbox in
      let entries = try await remember([86_400_000, 1, 0, -1, -86_400_000], in: store)
      let removed = try await inbox.removeExpired(olderThan: retention, at: now, from: nil, limit: 100)
      #expect(removed == RemovedEntries(count: 2, newest: entries[1].recordedAt))
      #expect(try await left(of: entries, in: store) == Array(entries[2...]))
    },

    Self("a step removes the oldest, and no more than its limit") { store, inbox in
      let entries = try await remember([10, 40, 30, 50, 20], in: store)
      var start: Timestamp?
      for oldest in [[3, 1], [2, 4], [0]] {
        let removed = try await inbox.removeExpired(olderThan: retention, at: now, from: start, limit: 2)
        #expect(removed == RemovedEntries(count: oldest.count, newest: oldest.last.map { entries[$0].recordedAt }))
        start = removed.newest
      }
      #expect(try await left(of: entries, in: store) == [])
    },

    Self("entries with the same time are removed over several steps") { store, inbox in
      _ = try await remember([7, 7, 7, 7, 7], in: store)
      var start: Timestamp?
      for count in [2, 2, 1, 0] {
        let removed = try await inbox.removeExpired(olderThan: retention, at: now, from: start, limit: 2)
        #expect(removed.count == count)
        start = removed.newest
      }
    },

    Self("entries recorded before the start are left alone") { store, inbox in
      let entries = try await remember([30, 20, 10], in: store)
      let removed = try await inbox.removeExpired(
        olderThan: retention, at: now, from: entries[1].recordedAt, limit: 100)
      #expect(removed == RemovedEntries(count: 2, newest: entries[2].recordedAt))
      #expect(try await left(of: entries, in: store) == [entries[0]])
    },

    Self("if nothing has expired, nothing is removed") { store, inbox in
      let nothing = RemovedEntries(count: 0, newest: nil)
      #expect(try await inbox.removeExpired(olderThan: retention, at: now, from: nil, limit: 100) == nothing)
      let entries = try await remember([-10], in: store)
      #expect(try await inbox.removeExpired(olderThan: retention, at: now, from: nil, limit: 100) == nothing)
      #expect(try await left(of: entries, in: store) == entries)
    },

    Self("the key of a removed entry is free again") { store, inbox in
      let entries = try await remember([5], in: store)
      _ = try await inbox.removeExpired(olderThan: retention, at: now, from: nil, limit: 100)
      try await store.write { $0.inbox = entries }
      #expect(try await left(of: entries, in: store) == entries)
    },
  ]
}
