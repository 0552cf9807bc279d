package import MessageContract
package import Messaging
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// Where replayed letters are published to, and as which user.
package struct ReplayAddressing: Sendable {
  private let exchange: ShortString
  private let user: ShortString?
  private let decoder: CommandDecoder

  /// - Parameters:
  ///   - exchange: where commands are published to.
  ///   - user: who publishes them, for an access list; nil if unknown.
  ///   - decoder: determines which command a letter is.
  package init(exchange: ShortString, user: ShortString?, decoder: CommandDecoder) {
    self.exchange = exchange
    self.user = user
    self.decoder = decoder
  }

  func message(_ letter: ReplayLetter, of plan: ULID) -> AMQPMessage {
    ReplayMessage.message(
      letter, plan: ReplayReference(plan: plan, letter: letter.id), to: exchange, type: type(of: letter.message),
      as: user)
  }

  /// The type of command that the message is, or claims to be.
  private func type(of message: AMQPMessage) -> CommandType? {
    do throws(InvalidCommand) {
      return try decoder.decode(message.body, contentType: message.properties.contentType).type
    } catch {
      return error.envelope.type.flatMap { CommandType(rawValue: $0) }
    }
  }
}
