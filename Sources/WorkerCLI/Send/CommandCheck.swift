import MessageContract
import WorkspaceApplication

/// Looks at a command before it is sent, as the worker will: what can only become a dead letter need not be sent.
struct CommandCheck {
  /// Nil: whatever it is, it is sent.
  let decoder: CommandDecoder?

  /// - Returns: what is wrong, in words for people; nil where nothing is.
  func problem(of command: OutgoingCommand) -> String? {
    guard let decoder else { return nil }
    do throws(InvalidCommand) {
      _ = try decoder.decode(command.body, contentType: OutgoingCommand.contentType)
      return nil
    } catch {
      return "\(error.reason.rawValue): \(error.detail)"
    }
  }
}
