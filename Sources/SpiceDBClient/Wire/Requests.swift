import GRPCCore
import SwiftProtobuf

/// A call to make: its method, the encoded message, and how it may be retried.
struct SpiceDBRequest<Answer: AnswerMessage>: Sendable {
  let method: MethodDescriptor
  let bytes: [UInt8]
  var writes = false
  /// Whether it may be retried even if an earlier attempt may have been executed.
  var isRepeatable = true
  /// The largest number of answers.
  var mostAnswers = 1

  init(_ service: SpiceDBService, _ method: String, _ message: ProtobufFields) throws(SpiceDBError) {
    self.method = MethodDescriptor(fullyQualifiedService: service.rawValue, method: method)
    do { bytes = try message.serializedBytes() } catch { throw .refused("the request can't be encoded: \(error)") }
    guard bytes.count <= SpiceDBLimits.requestBytes else {
      throw .refused("the request has \(bytes.count) bytes, more than \(SpiceDBLimits.requestBytes)")
    }
  }
}

enum SpiceDBService: String {
  case permissions = "authzed.api.v1.PermissionsService"
  case schema = "authzed.api.v1.SchemaService"
  case health = "grpc.health.v1.Health"
}

// Messages of authzed.api.v1, with the numbers of their fields.

extension SpiceDBObject {
  /// ObjectReference
  var message: ProtobufFields { [.text(1, type), .text(2, id)] }
}

extension SpiceDBSubject {
  /// SubjectReference
  var message: ProtobufFields { [.message(1, object.message), .text(2, relation)] }
}

extension SpiceDBRelationship {
  /// Relationship
  var message: ProtobufFields { [.message(1, resource.message), .text(2, relation), .message(3, subject.message)] }
}

extension RelationshipUpdate {
  /// RelationshipUpdate; TOUCH is 2, DELETE 3.
  var message: ProtobufFields {
    switch self {
    case .touch(let relationship): [.number(1, 2), .message(2, relationship.message)]
    case .delete(let relationship): [.number(1, 3), .message(2, relationship.message)]
    }
  }
}

extension RelationshipFilter {
  /// RelationshipFilter
  var message: ProtobufFields {
    [.text(1, resourceType), .text(2, resourceID), .text(3, relation), .message(4, subject?.message)]
  }
}

extension RelationshipFilter.Subject {
  /// SubjectFilter. Its relation is a message of its own, so that an empty one can select subjects without a relation.
  var message: ProtobufFields {
    let relation: ProtobufFields? =
      switch relation {
      case .any: nil
      case .none: []
      case .named(let name): [.text(1, name)]
      }
    return [.text(1, type), .text(2, id), .message(3, relation)]
  }
}

extension RelationshipPrecondition {
  /// Precondition; MUST_NOT_MATCH is 1, MUST_MATCH 2.
  var message: ProtobufFields {
    switch self {
    case .isAbsent(let filter): [.number(1, 1), .message(2, filter.message)]
    case .exists(let filter): [.number(1, 2), .message(2, filter.message)]
    }
  }
}

extension SpiceDBConsistency {
  /// Consistency
  var message: ProtobufFields {
    switch self {
    case .minimizeLatency: [.flag(1, true)]
    case .atLeastAsFresh(let token): [.message(2, [.text(1, token.token)])]
    case .atExactly(let token): [.message(3, [.text(1, token.token)])]
    case .full: [.flag(4, true)]
    }
  }
}

extension SpiceDBCursor {
  /// Cursor
  var message: ProtobufFields { [.text(1, token)] }
}

extension CheckItem {
  /// CheckBulkPermissionsRequestItem
  var message: ProtobufFields { [.message(1, resource.message), .text(2, permission), .message(3, subject.message)] }
}
