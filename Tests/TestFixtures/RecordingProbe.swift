import Synchronization
package import WorkspaceApplication
package import WorkspaceDomain

/// Writes down what is reported to it, in order, each with the id of the command that it is bound to.
package final class RecordingProbe: WorkspaceServiceProbe, Sendable {
  package enum Verb: Sendable, Equatable {
    case created(WorkspaceID)
    case creationFailed(WorkspaceServiceError)
    case retrieved(WorkspaceID)
    case listed(count: Int)
    case renamed(WorkspaceID, from: String, to: String)
    case renameFailed(WorkspaceID, WorkspaceServiceError)
    case deleted(WorkspaceID)
    case deletionFailed(WorkspaceID, WorkspaceServiceError)
    case notFound(WorkspaceID)
    case accessDenied(WorkspaceID)
  }

  package struct Observation: Sendable, Equatable {
    /// nil where the probe was not bound to a command.
    package let commandID: String?
    package let verb: Verb
  }

  private final class Book: Sendable {
    let observations = Mutex<[Observation]>([])
  }

  private let book: Book
  private let commandID: String?

  package convenience init() { self.init(book: Book(), commandID: nil) }

  private init(book: Book, commandID: String?) {
    self.book = book
    self.commandID = commandID
  }

  package var observations: [Observation] { book.observations.withLock { $0 } }
  package var verbs: [Verb] { observations.map(\.verb) }

  package func bound(to context: ObservationContext) -> any WorkspaceServiceProbe {
    RecordingProbe(book: book, commandID: context.commandID)
  }

  private func note(_ verb: Verb) {
    let observation = Observation(commandID: commandID, verb: verb)
    book.observations.withLock { $0.append(observation) }
  }

  package func workspaceCreated(_ workspace: Workspace) { note(.created(workspace.id)) }
  package func workspaceCreationFailed(_ error: WorkspaceServiceError) { note(.creationFailed(error)) }
  package func workspaceRetrieved(_ id: WorkspaceID) { note(.retrieved(id)) }
  package func workspacesListed(count: Int) { note(.listed(count: count)) }
  package func workspaceRenamed(_ workspace: Workspace, oldName: WorkspaceName) {
    note(.renamed(workspace.id, from: oldName.text, to: workspace.name.text))
  }
  package func workspaceRenameFailed(_ id: WorkspaceID, _ error: WorkspaceServiceError) { note(.renameFailed(id, error)) }
  package func workspaceDeleted(_ id: WorkspaceID) { note(.deleted(id)) }
  package func workspaceDeletionFailed(_ id: WorkspaceID, _ error: WorkspaceServiceError) {
    note(.deletionFailed(id, error))
  }
  package func workspaceNotFound(_ id: WorkspaceID) { note(.notFound(id)) }
  package func workspaceAccessDenied(_ id: WorkspaceID) { note(.accessDenied(id)) }
}
