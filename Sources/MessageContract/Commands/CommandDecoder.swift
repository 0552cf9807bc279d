package import Messaging
package import WorkspaceApplication

/// Decodes the bytes of a message into a command, or says why it isn't one.
package struct CommandDecoder: Sendable {
  private let reader: RequestReader
  private let access: AccessList?

  /// - Parameters:
  ///   - traceRatio: the share of the traces beginning here that is sampled, from 0 to 1; nil: no trace begins here.
  ///   - access: who may send what; nil: all senders may send everything.
  package init(limits: ContractLimits = ContractLimits(), traceRatio: Double? = nil, access: AccessList? = nil) {
    reader = RequestReader(limits: limits, traceRatio: traceRatio)
    self.access = access
  }

  /// The limits of accepted messages.
  package var limits: ContractLimits { reader.limits }

  /// The command of a message with these properties, if its sender may send it.
  package func decodePermitted(
    _ body: [UInt8], _ properties: MessageProperties
  ) throws(InvalidCommand) -> DecodedCommand {
    let command = try decode(body, properties)
    guard access?.permits(command.type, command.context, properties) ?? true else {
      throw .forbidden(PartialEnvelope(command))
    }
    return command
  }

  /// - Parameters:
  ///   - contentType: the message's content type; nil is taken for JSON.
  ///   - headers: the message's headers; their trace is used if the envelope has none.
  package func decode(
    _ body: [UInt8], contentType: ShortString?, headers: HeaderTable? = nil
  ) throws(InvalidCommand) -> DecodedCommand {
    var properties = MessageProperties()
    properties.contentType = contentType
    properties.headers = headers
    return try decode(body, properties)
  }

  /// The command of a message with these properties, without checking its sender.
  package func decode(_ body: [UInt8], _ properties: MessageProperties) throws(InvalidCommand) -> DecodedCommand {
    let request = try reader.read(body, properties)
    guard let type = CommandType(rawValue: request.type) else {
      throw request.invalid(.unknownCommandType, "there is no command of that type")
    }
    let (command, data) = try request.content(of: type.command)
    return DecodedCommand(
      type: type, context: request.context, command: command,
      fingerprint: Fingerprint.of(
        type: type, tenantID: request.context.tenantID, userID: request.context.userID, data: data,
        written: CommandPayload.written(in: request.document)),
      sentAt: request.sentAt)
  }
}

extension AccessList {
  /// Whether the sender of a message with these properties may send this command or query.
  func permits(_ type: CommandType, _ context: CommandContext, _ properties: MessageProperties) -> Bool {
    permits(
      user: properties.userID?.text, app: properties.appID?.text, type: type, tenantID: context.tenantID,
      actsForUser: context.userID != nil)
  }
}
