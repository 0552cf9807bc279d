package import MessageContract
package import Messaging
import WorkspaceApplication
package import WorkspaceDomain

/// A command that replaces a dead letter: validated as the worker would validate it, with an id of its own.
package struct Correction {
  private let original: AMQPMessage
  private let decoder: CommandDecoder

  package init(of original: AMQPMessage, decoder: CommandDecoder) {
    self.original = original
    self.decoder = decoder
  }

  /// The text that an operator starts from: the letter's body, with `newID` in place of its own id if that can be
  /// found.
  package func draft(newID: ULID) -> [UInt8] {
    guard let id = originalID else { return original.body }
    let text = String(decoding: original.body, as: UTF8.self)
    return Array(text.replacing("\"\(id)\"", with: "\"\(newID)\"", maxReplacements: 1).utf8)
  }

  /// - Throws: why `body` can't replace the letter: it isn't a valid command, or it has the letter's id, for which
  ///   the decision is final.
  package func validate(_ body: [UInt8]) throws(InvalidCommand) {
    let command = try decoder.decode(body, contentType: nil)
    guard command.context.key.id != originalID else { throw .sameID }
  }

  private var originalID: String? {
    do throws(InvalidCommand) {
      return try decoder.decode(original.body, contentType: nil).context.key.id
    } catch {
      return error.envelope.id
    }
  }
}
