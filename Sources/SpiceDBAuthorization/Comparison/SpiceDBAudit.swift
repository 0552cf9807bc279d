package import UnitOfWork
import WorkspaceDomain

/// Audits SpiceDB's relationships, one object at a time. Relationships of objects that exist only in SpiceDB are found
/// only by a full comparison.
package struct SpiceDBAudit: RelationshipAudit {
  /// How long to wait for pending replication.
  private static let patience: Duration = .seconds(5)

  private let comparison: RelationshipComparison

  package init(_ comparison: RelationshipComparison) { self.comparison = comparison }

  package func compare(after position: AuditPosition?, limit: Int) async throws -> AuditReport {
    let position = position ?? AuditPosition(type: .tenant, object: nil)
    let slice = try await comparison.slice(of: position.type, after: position.object, limit: limit)
    // While SpiceDB lags behind, a difference means nothing.
    let confirmed = try await comparison.confirmed(slice.differences, patience: Self.patience) ?? []
    return AuditReport(
      objects: slice.objects, differences: confirmed.count, example: confirmed.first.map { "\($0)" },
      next: slice.last.map { AuditPosition(type: position.type, object: $0) } ?? Self.following(position.type))
  }

  private static func following(_ type: ResourceType) -> AuditPosition? {
    ResourceType.allCases.drop { $0 != type }.dropFirst().first.map { AuditPosition(type: $0, object: nil) }
  }
}
