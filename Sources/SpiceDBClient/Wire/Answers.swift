import SwiftProtobuf

/// ZedToken and Cursor
struct TokenMessage: AnswerMessage {
  var token = ""
  var unknownFields = UnknownStorage()

  mutating func read<D: Decoder>(field number: Int, from decoder: inout D) throws {
    if number == 1 { try decoder.decodeSingularStringField(value: &token) }
  }
}

/// WriteRelationshipsResponse and WriteSchemaResponse: written_at. DeleteRelationshipsResponse: deleted_at and
/// progress.
struct WriteAnswer: AnswerMessage {
  /// DELETION_PROGRESS_PARTIAL
  static let partial: Int32 = 2

  var token: TokenMessage?
  var progress: Int32 = 0
  var unknownFields = UnknownStorage()

  mutating func read<D: Decoder>(field number: Int, from decoder: inout D) throws {
    switch number {
    case 1: try decoder.decodeSingularMessageField(value: &token)
    case 2: try decoder.decodeSingularInt32Field(value: &progress)
    default: break
    }
  }
}

struct ObjectMessage: AnswerMessage {
  var type = ""
  var id = ""
  var unknownFields = UnknownStorage()

  var object: SpiceDBObject { SpiceDBObject(type: type, id: id) }

  mutating func read<D: Decoder>(field number: Int, from decoder: inout D) throws {
    switch number {
    case 1: try decoder.decodeSingularStringField(value: &type)
    case 2: try decoder.decodeSingularStringField(value: &id)
    default: break
    }
  }
}

struct SubjectMessage: AnswerMessage {
  var object: ObjectMessage?
  var relation = ""
  var unknownFields = UnknownStorage()

  var subject: SpiceDBSubject? {
    object.map { SpiceDBSubject($0.object, relation: relation.isEmpty ? nil : relation) }
  }

  mutating func read<D: Decoder>(field number: Int, from decoder: inout D) throws {
    switch number {
    case 1: try decoder.decodeSingularMessageField(value: &object)
    case 2: try decoder.decodeSingularStringField(value: &relation)
    default: break
    }
  }
}

/// Relationship, and CheckBulkPermissionsRequestItem, whose fields have the same numbers.
struct RelationshipMessage: AnswerMessage {
  var resource: ObjectMessage?
  var relation = ""
  var subject: SubjectMessage?
  var unknownFields = UnknownStorage()

  var relationship: SpiceDBRelationship? {
    guard let resource, let subject = subject?.subject else { return nil }
    return SpiceDBRelationship(resource: resource.object, relation: relation, subject: subject)
  }

  var item: CheckItem? {
    guard let resource, let subject = subject?.subject else { return nil }
    return CheckItem(resource: resource.object, permission: relation, subject: subject)
  }

  mutating func read<D: Decoder>(field number: Int, from decoder: inout D) throws {
    switch number {
    case 1: try decoder.decodeSingularMessageField(value: &resource)
    case 2: try decoder.decodeSingularStringField(value: &relation)
    case 3: try decoder.decodeSingularMessageField(value: &subject)
    default: break
    }
  }
}

/// ReadRelationshipsResponse
struct ReadAnswer: AnswerMessage {
  var relationship: RelationshipMessage?
  var cursor: TokenMessage?
  var unknownFields = UnknownStorage()

  mutating func read<D: Decoder>(field number: Int, from decoder: inout D) throws {
    switch number {
    case 2: try decoder.decodeSingularMessageField(value: &relationship)
    case 3: try decoder.decodeSingularMessageField(value: &cursor)
    default: break
    }
  }
}

/// LookupResourcesResponse
struct LookupAnswer: AnswerMessage {
  /// LOOKUP_PERMISSIONSHIP_HAS_PERMISSION
  static let has: Int32 = 1

  var id = ""
  var permissionship: Int32 = 0
  var cursor: TokenMessage?
  var unknownFields = UnknownStorage()

  mutating func read<D: Decoder>(field number: Int, from decoder: inout D) throws {
    switch number {
    case 2: try decoder.decodeSingularStringField(value: &id)
    case 3: try decoder.decodeSingularInt32Field(value: &permissionship)
    case 5: try decoder.decodeSingularMessageField(value: &cursor)
    default: break
    }
  }
}

/// CheckPermissionResponse
struct CheckAnswer: AnswerMessage {
  /// Values of the field permissionship, here and in ``CheckOutcome``: PERMISSIONSHIP_NO_PERMISSION and
  /// PERMISSIONSHIP_HAS_PERMISSION.
  static let (no, has): (Int32, Int32) = (1, 2)

  var checkedAt: TokenMessage?
  var permissionship: Int32 = 0
  var unknownFields = UnknownStorage()

  mutating func read<D: Decoder>(field number: Int, from decoder: inout D) throws {
    switch number {
    case 1: try decoder.decodeSingularMessageField(value: &checkedAt)
    case 2: try decoder.decodeSingularInt32Field(value: &permissionship)
    default: break
    }
  }
}

/// CheckBulkPermissionsResponse
struct CheckBulkAnswer: AnswerMessage {
  var checkedAt: TokenMessage?
  var pairs: [CheckPair] = []
  var unknownFields = UnknownStorage()

  mutating func read<D: Decoder>(field number: Int, from decoder: inout D) throws {
    switch number {
    case 1: try decoder.decodeSingularMessageField(value: &checkedAt)
    case 2: try decoder.decodeRepeatedMessageField(value: &pairs)
    default: break
    }
  }
}

/// CheckBulkPermissionsPair
struct CheckPair: AnswerMessage {
  var request: RelationshipMessage?
  var outcome: CheckOutcome?
  var error: StatusMessage?
  var unknownFields = UnknownStorage()

  mutating func read<D: Decoder>(field number: Int, from decoder: inout D) throws {
    switch number {
    case 1: try decoder.decodeSingularMessageField(value: &request)
    case 2: try decoder.decodeSingularMessageField(value: &outcome)
    case 3: try decoder.decodeSingularMessageField(value: &error)
    default: break
    }
  }
}

/// CheckBulkPermissionsResponseItem
struct CheckOutcome: AnswerMessage {
  var permissionship: Int32 = 0
  var unknownFields = UnknownStorage()

  mutating func read<D: Decoder>(field number: Int, from decoder: inout D) throws {
    if number == 1 { try decoder.decodeSingularInt32Field(value: &permissionship) }
  }
}

/// ReadSchemaResponse
struct SchemaAnswer: AnswerMessage {
  var text = ""
  var unknownFields = UnknownStorage()

  mutating func read<D: Decoder>(field number: Int, from decoder: inout D) throws {
    if number == 1 { try decoder.decodeSingularStringField(value: &text) }
  }
}

/// HealthCheckResponse of grpc.health.v1
struct HealthAnswer: AnswerMessage {
  static let serving: Int32 = 1

  var status: Int32 = 0
  var unknownFields = UnknownStorage()

  mutating func read<D: Decoder>(field number: Int, from decoder: inout D) throws {
    if number == 1 { try decoder.decodeSingularInt32Field(value: &status) }
  }
}

/// google.rpc.Status
struct StatusMessage: AnswerMessage {
  var code: Int32 = 0
  var message = ""
  var details: [Google_Protobuf_Any] = []
  var unknownFields = UnknownStorage()

  /// The reason in the first google.rpc.ErrorInfo among the details.
  var reason: String? {
    for detail in details where detail.typeURL.hasSuffix("/google.rpc.ErrorInfo") {
      if let info = try? ErrorInfoMessage(serializedBytes: detail.value) { return info.reason }
    }
    return nil
  }

  mutating func read<D: Decoder>(field number: Int, from decoder: inout D) throws {
    switch number {
    case 1: try decoder.decodeSingularInt32Field(value: &code)
    case 2: try decoder.decodeSingularStringField(value: &message)
    case 3: try decoder.decodeRepeatedMessageField(value: &details)
    default: break
    }
  }
}

/// google.rpc.ErrorInfo
struct ErrorInfoMessage: AnswerMessage {
  var reason = ""
  var unknownFields = UnknownStorage()

  mutating func read<D: Decoder>(field number: Int, from decoder: inout D) throws {
    if number == 1 { try decoder.decodeSingularStringField(value: &reason) }
  }
}
