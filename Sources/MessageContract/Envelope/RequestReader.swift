import Messaging
import StrictJSON
import WorkspaceApplication
import WorkspaceDomain

/// Reads what commands and queries have in common: one CloudEvent and its attributes.
struct RequestReader: Sendable {
  let limits: ContractLimits
  private let traceRatio: Double?

  /// - Parameter traceRatio: the share of the traces beginning here that is sampled, from 0 to 1; nil: no trace begins
  ///   here.
  init(limits: ContractLimits, traceRatio: Double?) {
    self.limits = limits
    self.traceRatio = traceRatio
  }

  func read(_ body: [UInt8], _ properties: MessageProperties) throws(InvalidCommand) -> Request {
    let trace = properties.headers?.trace
    do throws(InvalidCommand) {
      return try read(body, MessageForm(properties), trace)
    } catch {
      throw error.continuing(trace)
    }
  }

  private func read(
    _ body: [UInt8], _ form: MessageForm, _ trace: TraceContext?
  ) throws(InvalidCommand) -> Request {
    guard body.count <= limits.maximumBodyBytes else {
      throw invalid(
        .messageTooLarge, "the body has \(body.count) bytes; at most \(limits.maximumBodyBytes) are allowed")
    }
    let document = try document(body, form)
    let reader = EnvelopeReader(document)
    var envelope = reader.envelope
    envelope.trace = envelope.trace ?? trace ?? newTrace(envelope)
    if let problem = form.problem { throw invalid(.invalidEnvelope, problem, envelope) }
    guard reader.problem == nil, let type = envelope.type, let key = envelope.key else {
      throw invalid(.invalidEnvelope, reader.problem ?? "an attribute is missing", envelope)
    }
    return Request(document: document, envelope: envelope, type: type, key: key, sentAt: reader.time)
  }

  /// The trace that begins here; nil if none may begin here, or the message has no key.
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

  /// The error for a message in binary mode. The attributes in its headers identify the message to its sender.
  private func inBinaryMode(_ attributes: JSONObject) -> InvalidCommand {
    invalid(.invalidEnvelope, MessageForm.binaryProblem, EnvelopeReader(attributes).envelope)
  }

  private func invalid(
    _ reason: DeadLetterReason, _ detail: String, _ envelope: PartialEnvelope = PartialEnvelope()
  ) -> InvalidCommand {
    InvalidCommand(reason: reason, detail: detail, envelope: envelope)
  }
}

extension RequestReader {
  /// A message with a valid envelope.
  struct Request {
    let document: JSONObject
    let envelope: PartialEnvelope
    /// As the sender wrote it, whether or not such a type exists.
    let type: String
    let key: CommandKey
    /// When it was made, according to its sender.
    let sentAt: Timestamp?

    var context: CommandContext { CommandContext(key: key, userID: envelope.userID, trace: envelope.trace) }

    /// The command or query, and the data it was read from.
    func content<Content: WorkspaceCommand>(
      of type: Content.Type
    ) throws(InvalidCommand) -> (content: Content, data: JSONObject) {
      do throws(CommandData.Problem) {
        let data = try CommandPayload.read(from: document)
        return (try type.init(CommandData(data)), data)
      } catch {
        throw invalid(.invalidData, error.detail)
      }
    }

    func invalid(_ reason: DeadLetterReason, _ detail: String) -> InvalidCommand {
      InvalidCommand(reason: reason, detail: detail, envelope: envelope)
    }
  }
}
