package import WorkspaceApplication

/// The inbox remembers commands by the key that identifies a command.
package typealias InboxKey = CommandKey
