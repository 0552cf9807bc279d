package import Messaging
import StrictJSON
package import WorkspaceApplication

/// Turns the bytes of a message into a command, or says why it is none.
package struct CommandDecoder: Sendable {
  private let limits: ContractLimits
  private let traceRatio: Double?
  private let access: AccessList?

  /// - Parameters:
  ///   - traceRatio: how many of the traces that begin here are sampled, from 0 to 1; nil: none begins here.
  ///   - access: who may send what; nil: everybody everything.
  package init(limits: ContractLimits = ContractLimits(), traceRatio: Double? = nil, access: AccessList? = nil) {
    self.limits = limits
    self.access = access
    self.traceRatio = traceRatio
  }

  /// The command of a delivery, if its sender may send it.
  package func decode(_ delivery: Delivery) throws(InvalidCommand) -> DecodedCommand {
    let properties = delivery.properties
    let command = try decode(delivery.body, properties)
    let isPermitted = access?.permits(
      user: properties.userID?.text, app: properties.appID?.text, type: command.type, tenantID: command.context.tenantID,
      actsForUser: command.context.userID != nil)
    guard isPermitted ?? true else { throw .forbidden(command) }
    return command
  }

  /// - Parameters:
  ///   - contentType: the message's property; none is taken for JSON.
  ///   - headers: the message's; where the envelope has no trace, theirs is taken.
  package func decode(
    _ body: [UInt8], contentType: ShortString?, headers: HeaderTable? = nil
  ) throws(InvalidCommand) -> DecodedCommand {
    var properties = MessageProperties()
    properties.contentType = contentType
    properties.headers = headers
    return try decode(body, properties)
  }

  /// The command of a message with these properties.
  package func decode(_ body: [UInt8], _ properties: MessageProperties) throws(InvalidCommand) -> DecodedCommand {
    let form = MessageForm(properties)
    guard body.count <= limits.maximumBodyBytes else {
      throw invalid(.messageTooLarge, "the body has \(body.count) bytes, \(limits.maximumBodyBytes) are allowed")
    }
    let document = try document(body, form)
    let reader = EnvelopeReader(document)
    var envelope = reader.envelope
    envelope.trace = envelope.trace ?? properties.headers?.trace ?? newTrace(envelope)
    if let problem = form.problem { throw invalid(.invalidEnvelope, problem, envelope) }
    guard reader.problem == nil, let type = envelope.type, let key = envelope.key else {
      throw invalid(.invalidEnvelope, reader.problem ?? "an attribute is missing", envelope)
    }
    guard let type = CommandType(rawValue: type) else {
      throw invalid(.unknownCommandType, "there is no command of that type", envelope)
    }
    let data: JSONObject
    let command: any WorkspaceCommand
    do throws(CommandData.Problem) {
      data = try CommandPayload.read(from: document)
      command = try type.command.init(CommandData(data))
    } catch {
      throw invalid(.invalidData, error.detail, envelope)
    }
    return DecodedCommand(
      type: type, context: CommandContext(key: key, userID: envelope.userID, trace: envelope.trace), command: command,
      fingerprint: Fingerprint.of(
        type: type, tenantID: key.tenantID, userID: envelope.userID, data: data,
        written: CommandPayload.written(in: document)),
      sentAt: reader.time)
  }

  /// The trace that begins here, where one may; a message without a key has none.
  private func newTrace(_ envelope: PartialEnvelope) -> TraceContext? {
    guard let traceRatio, let key = envelope.key else { return nil }
    return CommandTrace(of: key).context(sampling: traceRatio)
  }

  private func document(_ body: [UInt8], _ form: MessageForm) throws(InvalidCommand) -> JSONObject {
    let value: JSONValue
    do throws(JSONReader.Problem) {
      value = try JSONReader.read(body)
    } catch {
      if let attributes = form.binaryAttributes { throw inBinaryMode(attributes) }
      throw invalid(.malformedJSON, form.explanation(of: error))
    }
    guard case .object(let document) = value else {
      if let attributes = form.binaryAttributes { throw inBinaryMode(attributes) }
      throw invalid(.invalidEnvelope, form.explanationOfNoObject(value))
    }
    if document["specversion"] == nil, let attributes = form.binaryAttributes { throw inBinaryMode(attributes) }
    return document
  }

  /// Whoever sent it is told, by the attributes in the headers.
  private func inBinaryMode(_ attributes: JSONObject) -> InvalidCommand {
    invalid(.invalidEnvelope, MessageForm.binaryProblem, EnvelopeReader(attributes).envelope)
  }

  private func invalid(
    _ reason: DeadLetterReason, _ detail: String, _ envelope: PartialEnvelope = PartialEnvelope()
  ) -> InvalidCommand {
    InvalidCommand(reason: reason, detail: detail, envelope: envelope)
  }
}

extension HeaderTable {
  /// As instrumented clients write it: https://www.w3.org/TR/trace-context/#traceparent-header
  fileprivate var trace: TraceContext? {
    guard let parent = string("traceparent"), TraceParent.isValid(parent) else { return nil }
    let state = string("tracestate").flatMap { AttributeRules.isText($0, maximumLength: 512) ? $0 : nil }
    return TraceContext(traceparent: parent, tracestate: state)
  }
}
