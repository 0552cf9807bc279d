/// Something that happened in a tenant, published in the order in which it happened.
package enum DomainEvent: Sendable, Equatable {
  case workspace(WorkspaceEvent)
  case group(GroupEvent)
  case membership(MembershipEvent)
  case tenantDeleted(TenantID, at: Timestamp)

  package var tenantID: TenantID {
    switch self {
    case .workspace(let event): event.tenantID
    case .group(let event): event.tenantID
    case .membership(let event): event.tenantID
    case .tenantDeleted(let id, _): id
    }
  }

  package var occurredAt: Timestamp {
    switch self {
    case .workspace(let event): event.occurredAt
    case .group(let event): event.occurredAt
    case .membership(let event): event.occurredAt
    case .tenantDeleted(_, let time): time
    }
  }
}
