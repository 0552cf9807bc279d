package import DeliveryPipeline
import WorkspaceApplication

/// Turns the bytes of a message into a command, or says why it is none.
package struct CommandDecoder: Sendable {
  /// The content types of a CloudEvent in structured JSON mode.
  private static let contentTypes: [ShortString] = ["application/cloudevents+json", "application/json"]

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
    let command = try decode(delivery.body, contentType: properties.contentType, headers: properties.headers)
    let isPermitted = access?.permits(
      user: properties.userID?.text, app: properties.appID?.text, type: command.type, tenantID: command.context.tenantID)
    guard isPermitted ?? true else { throw .forbidden(command) }
    return command
  }

  /// - Parameters:
  ///   - contentType: the message's property; none is taken for JSON.
  ///   - headers: the message's; where the envelope has no trace, theirs is taken.
  package func decode(
    _ body: [UInt8], contentType: ShortString?, headers: HeaderTable? = nil
  ) throws(InvalidCommand) -> DecodedCommand {
    guard body.count <= limits.maximumBodyBytes else {
      throw invalid(.messageTooLarge, "the body has \(body.count) bytes, \(limits.maximumBodyBytes) are allowed")
    }
    let document = try document(body)
    let reader = EnvelopeReader(document)
    var envelope = reader.envelope
    envelope.trace = envelope.trace ?? headers?.trace ?? newTrace(envelope)
    guard isJSON(contentType) else { throw invalid(.invalidEnvelope, "the content type is not JSON", envelope) }
    guard reader.problem == nil, let id = envelope.id, let source = envelope.source, let typeName = envelope.type,
      let tenantID = envelope.tenantID
    else { throw invalid(.invalidEnvelope, reader.problem ?? "an attribute is missing", envelope) }
    guard let type = CommandType(rawValue: typeName) else {
      throw invalid(.unknownCommandType, "there is no command of that type", envelope)
    }
    let data = try data(of: document, envelope)
    let command = try command(type, data, envelope)
    let key = CommandKey(source: source, id: id)
    return DecodedCommand(
      type: type, context: CommandContext(key: key, tenantID: tenantID, userID: envelope.userID, trace: envelope.trace),
      command: command,
      fingerprint: Fingerprint.of(type: type, tenantID: tenantID, data: data),
      sentAt: reader.time)
  }

  /// The trace that begins here, where one may; a message without a key has none.
  private func newTrace(_ envelope: PartialEnvelope) -> TraceContext? {
    guard let traceRatio, let id = envelope.id, let source = envelope.source else { return nil }
    return CommandTrace(of: CommandKey(source: source, id: id)).context(sampling: traceRatio)
  }

  private func document(_ body: [UInt8]) throws(InvalidCommand) -> JSONObject {
    let value: JSONValue
    do throws(JSONReader.Problem) {
      value = try JSONReader.read(body)
    } catch {
      throw invalid(.malformedJSON, error.explanation)
    }
    guard case .object(let document) = value else { throw invalid(.invalidEnvelope, "the body is not a JSON object") }
    return document
  }

  private func isJSON(_ contentType: ShortString?) -> Bool {
    guard let contentType, !contentType.bytes.isEmpty else { return true }
    // As nearly all senders write it; else case, spaces and parameters don't count.
    if Self.contentTypes.contains(contentType) { return true }
    let space = UInt8(ascii: " ")
    let mediaType = contentType.bytes.prefix { $0 != UInt8(ascii: ";") }.drop { $0 == space }.reversed().drop { $0 == space }
    guard let text = String(validating: mediaType.reversed(), as: UTF8.self) else { return false }
    return ShortString(text.lowercased()).map(Self.contentTypes.contains) ?? false
  }

  private func data(of document: JSONObject, _ envelope: PartialEnvelope) throws(InvalidCommand) -> JSONObject {
    switch document["data"] {
    case .object(let data): return data
    case nil, .null: return .empty
    default: throw invalid(.invalidData, "data is not an object", envelope)
    }
  }

  private func command(
    _ type: CommandType, _ data: JSONObject, _ envelope: PartialEnvelope
  ) throws(InvalidCommand) -> WorkspaceCommand {
    do throws(CommandData.Problem) {
      return try CommandData.command(type, data)
    } catch {
      throw invalid(.invalidData, error.detail, envelope)
    }
  }

  private func invalid(
    _ reason: InvalidCommand.Reason, _ detail: String, _ envelope: PartialEnvelope = PartialEnvelope()
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

extension JSONReader.Problem {
  fileprivate var explanation: String {
    switch self {
    case .malformed(let offset): "the body is not JSON from byte \(offset) on"
    case .nestedTooDeeply: "the body is nested more than \(JSONReader.maximumDepth) levels deep"
    case .numberOutOfRange: "the body has a number that is out of range"
    case .duplicateKey: "the body has an object with a key that stands twice"
    }
  }
}
