import StrictJSON
import WorkspaceApplication
import WorkspaceDomain

extension JSONWriter {
  /// Writes the attributes that results and events begin with.
  mutating func envelope(id: ULID, type: String, time: Timestamp, subject: ULID?, tenantID: TenantID?) {
    member("specversion", "1.0")
    member("id", id)
    member("source", "/workspace-worker")
    member("type", type)
    member("time", time)
    if let subject { member("subject", subject) }
    if let tenantID { member("tenantid", tenantID.ulid) }
  }

  /// Writes the command that a message is about, and its trace; whatever could not be read is left out.
  mutating func cause(id: String?, source: String?, trace: TraceContext?) {
    if let id { member("commandid", id) }
    if let source { member("commandsource", source) }
    if let trace {
      member("traceparent", trace.traceparent)
      if let tracestate = trace.tracestate { member("tracestate", tracestate) }
    }
  }

  mutating func cause(_ context: CommandContext) {
    cause(id: context.key.id, source: context.key.source, trace: context.trace)
  }
}

extension JSONWriter {
  mutating func member(_ key: StaticString, _ value: ULID) { value.withText { member(key, plain: $0) } }

  /// Writes null if there is no value.
  mutating func member(_ key: StaticString, orNull value: ULID?) {
    if let value { member(key, value) } else { null(key) }
  }

  mutating func member(_ key: StaticString, _ value: Timestamp) { value.withText { member(key, plain: $0) } }
}
