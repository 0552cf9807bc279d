package import WorkspaceApplication

/// The inbox remembers commands by what makes a command the same command.
package typealias InboxKey = CommandKey
