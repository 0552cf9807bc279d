package import WorkspaceDomain

/// A command's metadata: who sent it, for which tenant, in which trace.
package struct CommandContext: Sendable, Equatable {
  package let key: CommandKey
  /// The acting user, if the command named one.
  package let userID: String?
  package let trace: TraceContext?

  /// The tenant that the command is scoped to.
  package var tenantID: TenantID { key.tenantID }

  package init(key: CommandKey, userID: String? = nil, trace: TraceContext? = nil) {
    self.key = key
    self.userID = userID
    self.trace = trace
  }
}

/// What identifies a command: its `source` and its `id` within its tenant, compared byte for byte as PostgreSQL does.
/// Another tenant's command with the same `source` and `id` is another command.
package struct CommandKey: Sendable {
  package let tenantID: TenantID
  package let source: String
  package let id: String

  package init(tenantID: TenantID, source: String, id: String) {
    self.tenantID = tenantID
    self.source = source
    self.id = id
  }
}

extension CommandKey: Hashable {
  package static func == (lhs: Self, rhs: Self) -> Bool {
    lhs.tenantID == rhs.tenantID && lhs.id.hasSameBytes(as: rhs.id) && lhs.source.hasSameBytes(as: rhs.source)
  }

  package func hash(into hasher: inout Hasher) { id.hashBytes(into: &hasher) }
}

/// A position in a distributed trace, in the W3C format (https://www.w3.org/TR/trace-context/).
package struct TraceContext: Sendable, Equatable {
  package let traceparent: String
  package let tracestate: String?

  package init(traceparent: String, tracestate: String? = nil) {
    self.traceparent = traceparent
    self.tracestate = tracestate
  }
}
