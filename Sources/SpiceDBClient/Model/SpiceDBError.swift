/// Why a request to SpiceDB failed.
///
/// Its description contains no object, user or secret: messages of SpiceDB that may name them are left out.
package struct SpiceDBError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kind of failure, by what to do about it.
  package enum Kind: Sendable, Equatable, CaseIterable {
    /// There was no answer, or the connection was lost.
    case unavailable
    /// SpiceDB is overloaded, or two writes conflicted: ABORTED, RESOURCE_EXHAUSTED.
    case busy
    /// No answer in time.
    case deadlineExceeded
    /// The key is missing or wrong.
    case unauthenticated
    /// The key can't be read from its file, or isn't valid.
    case unreadableToken
    /// The schema is missing, unreadable, or lacks a type, relation or permission.
    case schema
    /// A precondition of the write did not hold. Nothing was written.
    case preconditionFailed
    /// The token or cursor is older than the history that SpiceDB keeps, or from another datastore.
    case expired
    /// The check exceeded SpiceDB's maximum depth (`--dispatch-max-depth`, 50).
    case tooDeep
    /// The request is invalid: a retry would fail again.
    case invalidRequest
    /// The answer doesn't match the request.
    case malformedAnswer
    /// Anything unexpected: INTERNAL, UNIMPLEMENTED and the like.
    case unexpected
    /// The caller's task was cancelled.
    case cancelled
  }

  /// How far the attempt came that failed.
  enum Reach: Sendable, Equatable {
    /// The request was not sent, while other calls are in progress: SpiceDB is probably ending the connection. Or the
    /// client has just been told to end.
    case ending
    /// The request was not sent for another reason, for example because there was no connection.
    case unsent
    /// The request may have arrived. There was no answer that only SpiceDB could have given.
    case sent
    /// SpiceDB has answered.
    case answered
  }

  package let kind: Kind
  /// The name of the gRPC status, such as `FAILED_PRECONDITION`; nil if there was no answer.
  package let code: String?
  /// `ERROR_REASON_…` of google.rpc.ErrorInfo, if SpiceDB gave one.
  package let reason: String?
  /// The message of SpiceDB, or of the component that detected the failure. May contain ids of objects and users: not
  /// for logs.
  package let message: String
  /// How many attempts were made.
  package internal(set) var attempts = 1
  /// Whether a write may have taken effect nevertheless, or may still do so within moments. Always false for reads.
  package internal(set) var mayHaveBeenMade = false
  /// How far the last attempt came.
  var reach = Reach.sent

  init(_ kind: Kind, code: GRPCStatusCode? = nil, reason: String? = nil, message: String) {
    self.kind = kind
    self.code = code?.name
    self.reason = reason
    self.message = message
  }

  /// The error for a request that was refused before it was sent.
  static func refused(_ message: String) -> SpiceDBError { SpiceDBError(.invalidRequest, message: message) }

  /// The error for an invalid answer with the status OK. If the request was a write, it has been made nevertheless.
  static func malformed(_ message: String, ofWrite isWrite: Bool = false) -> SpiceDBError {
    var error = SpiceDBError(.malformedAnswer, message: message)
    error.mayHaveBeenMade = isWrite
    return error
  }

  /// Whether the failure is temporary, so that a later retry may succeed.
  package var isTransient: Bool {
    switch kind {
    case .unavailable, .busy, .deadlineExceeded: true
    case .unauthenticated, .unreadableToken, .schema, .preconditionFailed, .expired, .tooDeep, .invalidRequest,
      .malformedAnswer, .unexpected, .cancelled:
      false
    }
  }

  /// Whether a write that failed this way may have been made.
  var leavesOutcomeOpen: Bool {
    switch kind {
    case .unavailable, .deadlineExceeded, .malformedAnswer, .unexpected, .cancelled:
      reach == .sent || reach == .answered
    case .busy, .unauthenticated, .unreadableToken, .schema, .preconditionFailed, .expired, .tooDeep, .invalidRequest:
      false
    }
  }

  package var description: String {
    var text = what
    if code == nil || Self.speaksOfItself.contains(kind) { text += ": \(message)" }
    let facts = [code, reason, attempts > 1 ? "\(attempts) attempts" : nil].compactMap { $0 }
    if !facts.isEmpty { text += " (\(facts.joined(separator: ", ")))" }
    return text
  }

  /// The kinds whose messages are about SpiceDB, the connection, the key or the schema, but not about objects or users.
  private static let speaksOfItself: [Kind] = [
    .unavailable, .deadlineExceeded, .unauthenticated, .unreadableToken, .schema,
  ]

  private var what: String {
    switch kind {
    case .unavailable: "SpiceDB can't be reached"
    case .busy: "SpiceDB is busy"
    case .deadlineExceeded: "SpiceDB did not answer in time"
    case .unauthenticated: "SpiceDB does not accept the key"
    case .unreadableToken: "the key for SpiceDB can't be used"
    case .schema: "SpiceDB's schema is not the required one"
    case .preconditionFailed: "a precondition of the write did not hold"
    case .expired: "SpiceDB no longer has that revision"
    case .tooDeep: "SpiceDB gave up: the permission is too many steps away"
    case .invalidRequest: "the request to SpiceDB is not valid"
    case .malformedAnswer: "SpiceDB's answer does not match the request"
    case .unexpected: "SpiceDB failed"
    case .cancelled: "the call to SpiceDB was cancelled"
    }
  }
}

/// gRPC's status codes: https://grpc.github.io/grpc/core/md_doc_statuscodes.html
enum GRPCStatusCode: Int {
  case cancelled = 1
  case unknown, invalidArgument, deadlineExceeded, notFound, alreadyExists, permissionDenied, resourceExhausted
  case failedPrecondition, aborted, outOfRange, unimplemented, `internal`, unavailable, dataLoss, unauthenticated

  var name: String {
    switch self {
    case .cancelled: "CANCELLED"
    case .unknown: "UNKNOWN"
    case .invalidArgument: "INVALID_ARGUMENT"
    case .deadlineExceeded: "DEADLINE_EXCEEDED"
    case .notFound: "NOT_FOUND"
    case .alreadyExists: "ALREADY_EXISTS"
    case .permissionDenied: "PERMISSION_DENIED"
    case .resourceExhausted: "RESOURCE_EXHAUSTED"
    case .failedPrecondition: "FAILED_PRECONDITION"
    case .aborted: "ABORTED"
    case .outOfRange: "OUT_OF_RANGE"
    case .unimplemented: "UNIMPLEMENTED"
    case .internal: "INTERNAL"
    case .unavailable: "UNAVAILABLE"
    case .dataLoss: "DATA_LOSS"
    case .unauthenticated: "UNAUTHENTICATED"
    }
  }

  /// The kind of failure, given SpiceDB's reason: `internal/services/shared/errors.go` and
  /// `internal/services/v1/errors.go` of SpiceDB 1.56 list them all.
  func kind(reason: String?, message: String) -> SpiceDBError.Kind {
    switch self {
    case .cancelled, .unavailable: .unavailable
    case .deadlineExceeded: .deadlineExceeded
    case .aborted: .busy
    case .resourceExhausted: Self.exhausted(reason: reason, message: message)
    case .permissionDenied, .unauthenticated: .unauthenticated
    case .notFound: .schema
    case .outOfRange: .expired
    case .invalidArgument, .failedPrecondition: Self.wrong(reason: reason)
    case .unknown, .alreadyExists, .unimplemented, .internal, .dataLoss: .unexpected
    }
  }

  private static func exhausted(reason: String?, message: String) -> SpiceDBError.Kind {
    if reason == "ERROR_REASON_MAXIMUM_DEPTH_EXCEEDED" { return .tooDeep }
    // grpc-go's message, without a reason, for a request above its size limit: a retry would be just as large.
    return message.contains("larger than max") ? .invalidRequest : .busy
  }

  private static func wrong(reason: String?) -> SpiceDBError.Kind {
    switch reason {
    case "ERROR_REASON_WRITE_OR_DELETE_PRECONDITION_FAILURE": .preconditionFailed
    case "ERROR_REASON_INVALID_CURSOR": .expired
    case "ERROR_REASON_SERIALIZATION_FAILURE": .busy
    case "ERROR_REASON_SCHEMA_PARSE_ERROR", "ERROR_REASON_SCHEMA_TYPE_ERROR", "ERROR_REASON_UNKNOWN_DEFINITION",
      "ERROR_REASON_UNKNOWN_RELATION_OR_PERMISSION", "ERROR_REASON_INVALID_SUBJECT_TYPE",
      "ERROR_REASON_CANNOT_UPDATE_PERMISSION":
      .schema
    default: .invalidRequest
    }
  }
}
