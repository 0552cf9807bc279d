package import MessageContract
import WorkspaceApplication

/// Checks a command before it is sent, as the worker will: a sure dead letter need not be sent.
package struct CommandCheck: Sendable {
  private let decoder: CommandDecoder?

  /// - Parameter decoder: the worker's; nil: commands are sent unchecked.
  package init(decoder: CommandDecoder?) { self.decoder = decoder }

  /// - Returns: what is wrong, in words; nil if nothing is.
  package func problem(of command: OutgoingCommand) -> String? {
    guard let decoder else { return nil }
    do throws(InvalidCommand) {
      _ = try decoder.decode(command.body, contentType: OutgoingCommand.contentType)
      return nil
    } catch {
      return "\(error.reason.rawValue): \(error.detail)"
    }
  }
}
