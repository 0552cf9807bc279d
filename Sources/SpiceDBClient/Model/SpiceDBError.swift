/// Why SpiceDB did not do what it was asked for.
///
/// Its description names no object, user or secret: SpiceDB's own words, which may name them, are left out where they can.
package struct SpiceDBError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What to do about it.
  package enum Kind: Sendable, Equatable, CaseIterable {
    /// Nobody answers, or the connection was lost.
    case unavailable
    /// It is overloaded, or two writes met: ABORTED, RESOURCE_EXHAUSTED.
    case busy
    /// No answer in time.
    case deadlineExceeded
    /// The key is missing or wrong.
    case unauthenticated
    /// The key can't be read from its file, or is none.
    case unreadableToken
    /// There is no schema, it can't be read, or it lacks a type, relation or permission.
    case schema
    /// A precondition of the write did not hold. Nothing was written.
    case preconditionFailed
    /// The token or cursor is older than the history that SpiceDB keeps, or another datastore's.
    case expired
    /// The answer is further away than SpiceDB goes (`--dispatch-max-depth`, 50).
    case tooDeep
    /// The request itself: the same one would fail again.
    case invalidRequest
    /// The answer is not one to this request.
    case malformedAnswer
    /// What should not happen: INTERNAL, UNIMPLEMENTED and the like.
    case unexpected
    /// The caller's task was cancelled.
    case cancelled
  }

  package let kind: Kind
  /// gRPC's name of the status, such as `FAILED_PRECONDITION`; nil where there was no answer.
  package let code: String?
  /// `ERROR_REASON_…` of google.rpc.ErrorInfo, where SpiceDB gave one.
  package let reason: String?
  /// The words of SpiceDB, or of who noticed. May hold ids of objects and users: nothing for logs.
  package let message: String
  /// How often it was tried.
  package internal(set) var attempts = 1
  /// Whether a write may have been made all the same, now or within moments. Always false of what only reads.
  package internal(set) var mayHaveBeenMade = false

  init(_ kind: Kind, code: GRPCStatusCode? = nil, reason: String? = nil, message: String) {
    self.kind = kind
    self.code = code?.name
    self.reason = reason
    self.message = message
  }

  /// What was not even sent.
  static func refused(_ message: String) -> SpiceDBError { SpiceDBError(.invalidRequest, message: message) }

  /// What came with the status OK and is no answer: a write was made all the same.
  static func malformed(_ message: String, ofWrite isWrite: Bool = false) -> SpiceDBError {
    var error = SpiceDBError(.malformedAnswer, message: message)
    error.mayHaveBeenMade = isWrite
    return error
  }

  /// Whether it goes away by itself: wait, and ask again.
  package var isTransient: Bool {
    switch kind {
    case .unavailable, .busy, .deadlineExceeded: true
    case .unauthenticated, .unreadableToken, .schema, .preconditionFailed, .expired, .tooDeep, .invalidRequest,
      .malformedAnswer, .unexpected, .cancelled:
      false
    }
  }

  /// Whether a write that ended so may have been made.
  var leavesOutcomeOpen: Bool {
    switch kind {
    case .unavailable, .deadlineExceeded, .malformedAnswer, .unexpected, .cancelled: true
    case .busy, .unauthenticated, .unreadableToken, .schema, .preconditionFailed, .expired, .tooDeep, .invalidRequest: false
    }
  }

  package var description: String {
    var text = what
    if code == nil || Self.speaksOfItself.contains(kind) { text += ": \(message)" }
    let facts = [code, reason, attempts > 1 ? "\(attempts) attempts" : nil].compactMap { $0 }
    if !facts.isEmpty { text += " (\(facts.joined(separator: ", ")))" }
    return text
  }

  /// Where an answer's words are about SpiceDB, the connection, the key or the schema, and not about objects.
  private static let speaksOfItself: [Kind] = [.unavailable, .deadlineExceeded, .unauthenticated, .unreadableToken, .schema]

  private var what: String {
    switch kind {
    case .unavailable: "SpiceDB can't be reached"
    case .busy: "SpiceDB is busy"
    case .deadlineExceeded: "SpiceDB did not answer in time"
    case .unauthenticated: "SpiceDB does not take the key"
    case .unreadableToken: "the key for SpiceDB can't be used"
    case .schema: "SpiceDB's schema is not the one that is needed"
    case .preconditionFailed: "a precondition of the write did not hold"
    case .expired: "SpiceDB does not know that moment any more"
    case .tooDeep: "SpiceDB gave up: the permission is too many steps away"
    case .invalidRequest: "the request to SpiceDB is not valid"
    case .malformedAnswer: "SpiceDB's answer does not fit the request"
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

  /// What it means, with SpiceDB's reason: `internal/services/shared/errors.go` and `internal/services/v1/errors.go` of
  /// SpiceDB 1.56 have them all.
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
    // grpc-go's, of a message above its limit, which has no reason: it is as large the next time.
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
