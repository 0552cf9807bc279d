extension TenantModel {
  /// What the result of a command says.
  package enum Decision: Sendable, Equatable {
    case succeeded(Answer)
    /// - Parameter code: of the violated rule.
    case rejected(String)
  }

  /// The answer of a successful command.
  package enum Answer: Sendable, Equatable {
    case workspace(Workspace)
    case page([Workspace], next: String?)
    case group(Group)
    /// Whatever was removed is named.
    case gone(Reference)
    /// A role that was set, or removed: then it has no value.
    case role(Role, String?)
    case allowed(Bool)
  }

  /// - Precondition: the request was executed.
  func answer(to request: Request, by user: String?) -> Answer {
    switch request {
    case .createRoot(_, let id), .create(_, _, let id), .rename(let id, _), .move(let id, _), .get(let id):
      workspaces[id].map(Answer.workspace) ?? .gone(Reference(.workspace, id))
    case .delete(let workspace): .gone(Reference(.workspace, workspace))
    case .list(let limit, let after): page(limit, after, user)
    case .createGroup(_, let id), .renameGroup(let id, _): groups[id].map(Answer.group) ?? .gone(Reference(.group, id))
    case .deleteGroup(let group): .gone(Reference(.group, group))
    case .deleteTenant: .gone(Reference(.tenant, tenant))
    case .setMember(let role, let value): .role(role, value)
    case .removeMember(let role): .role(role, nil)
    case .check(let permission, let object, let asked):
      .allowed((asked ?? user).map { permits(permission, on: object, $0) } ?? false)
    }
  }

  private func page(_ limit: Int, _ after: String?, _ user: String?) -> Answer {
    var page: [Workspace] = []
    for id in workspaces.keys.sorted() where id > after ?? "" && access(of: user, to: id) >= .view {
      if page.count == limit { return .page(page, next: page.last?.id) }
      if let workspace = workspaces[id] { page.append(workspace) }
    }
    return .page(page, next: nil)
  }
}

extension TenantModel.Decision {
  /// - Returns: nil if it isn't a command's result, or has none of a result's content.
  package init?(_ result: CloudEvent) {
    if result.type.hasSuffix(".rejected"), let code = result.data.error?.code {
      self = .rejected(code)
    } else if result.type.hasSuffix(".succeeded"), let answer = TenantModel.Answer(result) {
      self = .succeeded(answer)
    } else {
      return nil
    }
  }

  /// The rule that the command violates; nil if none.
  package var code: String? {
    if case .rejected(let code) = self { code } else { nil }
  }
}

extension TenantModel.Answer {
  fileprivate init?(_ result: CloudEvent) {
    let data = result.data
    if let allowed = data.allowed {
      self = .allowed(allowed)
    } else if let page = data.workspaces {
      guard data.count == page.count else { return nil }
      self = .page(page.map(TenantModel.Workspace.init), next: data.next)
    } else if let workspace = data.workspace {
      self = .workspace(TenantModel.Workspace(workspace))
    } else if let group = data.group {
      self = .group(TenantModel.Group(group))
    } else if let role = TenantModel.Role(result) {
      self = .role(role, data.role)
    } else if let gone = TenantModel.Reference(goneIn: data) {
      self = .gone(gone)
    } else {
      return nil
    }
  }
}

extension TenantModel.Reference {
  fileprivate init?(goneIn data: CloudEvent.Payload) {
    if let id = data.workspaceID {
      self.init(.workspace, id)
    } else if let id = data.groupID {
      self.init(.group, id)
    } else if let id = data.tenantID {
      self.init(.tenant, id)
    } else {
      return nil
    }
  }
}

extension TenantModel.Workspace {
  package init(_ text: CloudEvent.Workspace) {
    self.init(
      tenant: text.tenant_id, id: text.id, name: text.name, parent: text.parent_workspace_id,
      version: Int64(text.version))
  }
}

extension TenantModel.Group {
  fileprivate init(_ text: CloudEvent.Group) {
    self.init(tenant: text.tenant_id, id: text.id, name: text.name, version: Int64(text.version))
  }
}
