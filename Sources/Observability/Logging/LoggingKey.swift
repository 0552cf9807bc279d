/// The keys of log metadata.
enum LoggingKey: String, Sendable {
  case commandID = "command_id"
  case commandSource = "command_source"
  case tenantID = "tenant_id"
  case userID = "user_id"
  case traceID = "trace_id"
  case workspaceID = "workspace_id"
  case isRoot = "is_root"
  case permission
  case objectType = "object_type"
  case objectID = "object_id"
  case version
  case count
  case error
}
