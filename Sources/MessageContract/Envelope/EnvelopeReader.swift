import StrictJSON
import WorkspaceApplication
import WorkspaceDomain

/// Reads the attributes of a CloudEvent one by one: an invalid one does not prevent reading the others.
struct EnvelopeReader {
  private(set) var envelope = PartialEnvelope()
  /// The first problem found.
  private(set) var problem: String?
  /// When the event happened, according to its sender.
  private(set) var time: Timestamp?

  private let document: JSONObject

  init(_ document: JSONObject) {
    self.document = document
    readSpecVersion()
    envelope.id = text("id", isRequired: true, maximumLength: ContractLimits.maximumIDLength)
    envelope.source = source()
    envelope.type = text("type", isRequired: true, maximumLength: 255)
    envelope.tenantID = tenantID()
    envelope.userID = text("userid", isRequired: false, maximumLength: ContractLimits.maximumUserIDLength)
    readTime()
    envelope.trace = trace()
  }

  private mutating func note(_ problem: String) {
    if self.problem == nil { self.problem = problem }
  }

  /// The string under `name`. A null counts as left out (CloudEvents JSON format, section 2.2).
  private mutating func string(_ name: String, isRequired: Bool = false) -> String? {
    switch document[name] {
    case .string(let text): return text
    case .illFormedString: note("the attribute \(name) contains an unpaired surrogate, which is not a character")
    case nil, .null:
      if isRequired { note("the attribute \(name) is missing") }
    default: note("the attribute \(name) is not a string")
    }
    return nil
  }

  private mutating func text(_ name: String, isRequired: Bool, maximumLength: Int) -> String? {
    guard let text = string(name, isRequired: isRequired) else { return nil }
    guard AttributeRules.isText(text, maximumLength: maximumLength) else {
      note("the attribute \(name) is empty, longer than \(maximumLength) characters or contains a control character")
      return nil
    }
    return text
  }

  private mutating func readSpecVersion() {
    guard let version = string("specversion", isRequired: true) else { return }
    if version != "1.0" { note("the attribute specversion is not \"1.0\"") }
  }

  private mutating func source() -> String? {
    guard let source = text("source", isRequired: true, maximumLength: ContractLimits.maximumSourceLength) else {
      return nil
    }
    guard URIReference.isValid(source) else {
      note("the attribute source is not a URI reference")
      return nil
    }
    return source
  }

  private mutating func tenantID() -> TenantID? {
    guard let text = string("tenantid", isRequired: true) else { return nil }
    guard let tenantID = TenantID(text) else {
      note("the attribute tenantid is not a ULID")
      return nil
    }
    return tenantID
  }

  private static let exampleTime = "2026-11-28T10:00:00Z"

  private mutating func readTime() {
    guard let text = string("time") else { return }
    time = AttributeRules.timestamp(text)
    if time == nil {
      note("the attribute time is \(Excerpt.of(text)), which is not in RFC 3339 format, such as \(Self.exampleTime)")
    }
  }

  private mutating func trace() -> TraceContext? {
    let tracestate = string("tracestate")
    guard let traceparent = string("traceparent"), TraceParent.isValid(traceparent) else { return nil }
    let isUsable = tracestate.map { AttributeRules.isText($0, maximumLength: 512) } ?? false
    return TraceContext(traceparent: traceparent, tracestate: isUsable ? tracestate : nil)
  }
}
