import Synchronization
package import WorkspaceApplication

/// Records what is reported to it, in order.
package final class RecordingProbe: WorkspaceServiceProbe, Sendable {
  private let book = Mutex<[(observation: WorkspaceObservation, commandID: String)]>([])

  package init() {}

  package var observations: [WorkspaceObservation] { book.withLock { $0.map(\.observation) } }
  /// The ids of the commands that they are of.
  package var commandIDs: [String] { book.withLock { $0.map(\.commandID) } }

  package func observe(_ observation: WorkspaceObservation, of context: CommandContext) {
    book.withLock { $0.append((observation, context.key.id)) }
  }
}
