import WorkspaceDomain

extension DomainEvent {
  /// The kind of object that the event is about, and the kind of change.
  var told: String {
    switch self {
    case .workspace(let event):
      switch event.change {
      case .created: "workspace created"
      case .deleted: "workspace deleted"
      case .renamed, .moved: "workspace changed"
      }
    case .group(let event):
      switch event.change {
      case .created: "group created"
      case .deleted: "group deleted"
      case .renamed: "group changed"
      }
    case .membership(let event):
      switch event.change {
      case .set: "\(event.object.type.rawValue) member_set"
      case .removed: "\(event.object.type.rawValue) member_removed"
      }
    case .tenantDeleted: "tenant deleted"
    }
  }
}
