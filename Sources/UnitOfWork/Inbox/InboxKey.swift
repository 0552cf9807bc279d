package import WorkspaceApplication

/// Identifies a command in the inbox.
package typealias InboxKey = CommandKey
