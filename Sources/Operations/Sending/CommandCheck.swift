package import MessageContract
import Messaging
import WorkspaceApplication

/// Checks a command or a query as the worker will, before it is sent: a certain dead letter need not be sent.
package struct CommandCheck: Sendable {
  private let decode: @Sendable ([UInt8], MessageProperties) throws(InvalidCommand) -> Void

  /// - Parameter decoder: the worker's; nil: commands are sent unchecked.
  package init(decoder: CommandDecoder?) {
    decode = { body, properties throws(InvalidCommand) in _ = try decoder?.decode(body, properties) }
  }

  /// - Parameter queries: the worker's.
  package init(queries: QueryDecoder) {
    decode = { body, properties throws(InvalidCommand) in _ = try queries.decode(body, properties) }
  }

  /// - Returns: what is wrong, in words; nil if nothing is.
  package func problem(of command: OutgoingCommand) -> String? {
    var properties = MessageProperties()
    properties.contentType = CloudEventsType.event
    do throws(InvalidCommand) {
      try decode(command.body, properties)
      return nil
    } catch {
      return "\(error.reason.rawValue): \(error.detail)"
    }
  }
}
