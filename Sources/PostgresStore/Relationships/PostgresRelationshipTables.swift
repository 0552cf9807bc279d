package import PostgresClient
package import UnitOfWork
package import WorkspaceDomain

/// ``RelationshipTables`` on a connection of its own.
package struct PostgresRelationshipTables: RelationshipTables {
  private let connection: PostgresConnection
  private let opensRoot: Bool

  /// - Parameters:
  ///   - connection: should come from ``PostgresConfiguration/forReplication()``.
  ///   - opensRoot: `authorization.open_root`.
  package init(on connection: PostgresConnection, opensRoot: Bool) {
    self.connection = connection
    self.opensRoot = opensRoot
  }

  package func relationships(
    about type: ResourceType, in scope: RelationshipScope, after position: RelationshipPosition?, limit: Int
  ) async throws(UnitOfWorkError) -> StoredRelationships {
    do throws(PostgresError) {
      let request = RelationshipPages.request(type, scope, after: position, limit: limit)
      let rows = try await connection.pipeline([request])[0]
      var relationships: [Relationship] = []
      var last: RelationshipPosition?
      for row in rows {
        let (position, found) = try RelationshipPages.relationships(row, about: type, opensRoot: opensRoot)
        relationships += found
        last = position
      }
      return StoredRelationships(relationships: relationships, next: rows.count < limit ? nil : last)
    } catch {
      throw UnitOfWorkError(error)
    }
  }

  package func waiting() async throws(UnitOfWorkError) -> ClosedRange<Int64>? {
    do throws(PostgresError) {
      let row = try await connection.query(
        "relationship_changes_waiting",
        """
        select (select min(id) from relationship_changes) as first, (select max(id) from relationship_changes) as last
        """)[0]
      guard let first = try row.optionalInt8("first"), let last = try row.optionalInt8("last") else { return nil }
      return first...max(first, last)
    } catch {
      throw UnitOfWorkError(error)
    }
  }

  package func ping() async throws(UnitOfWorkError) {
    do throws(PostgresError) { try await connection.ping() } catch { throw UnitOfWorkError(error) }
  }
}
