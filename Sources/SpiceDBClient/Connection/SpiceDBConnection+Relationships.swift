import SwiftProtobuf

extension SpiceDBConnection {
  /// Makes all changes or none, atomically.
  ///
  /// - Parameters:
  ///   - updates: 1 to 1,000 changes, each of a different relationship.
  ///   - preconditions: up to 1,000. A write with preconditions is not retried if its outcome is unknown: if it was
  ///     made, its own effect could make the preconditions fail.
  ///   - metadata: recorded with the write, for watchers; up to 65,000 bytes.
  /// - Returns: a token of the state after the write, for reading what was written.
  package func write(
    _ updates: [RelationshipUpdate], preconditions: [RelationshipPrecondition] = [], metadata: [String: String] = [:]
  ) async throws(SpiceDBError) -> ZedToken {
    try SpiceDBLimits.verify(updates: updates, preconditions: preconditions)
    var fields = ProtobufFields.Field.messages(1, updates.lazy.map(\.message))
    fields += ProtobufFields.Field.messages(2, preconditions.lazy.map(\.message))
    if let metadata = try structure(metadata) { fields.append(.init(number: 3, value: .structure(metadata))) }
    var request = try SpiceDBRequest<WriteAnswer>(.permissions, "WriteRelationships", ProtobufFields(fields))
    request.writes = true
    request.isRepeatable = preconditions.isEmpty
    return try token(await answer(to: request).token, ofWrite: true)
  }

  /// Deletes the relationships that match the filter, atomically. With a limit, deletes at most that many; call it
  /// again until the deletion is complete.
  ///
  /// - Parameter limit: 1 to 1,000; nil for all.
  package func delete(_ filter: RelationshipFilter, limit: Int? = nil) async throws(SpiceDBError)
    -> RelationshipDeletion
  {
    if let limit { try SpiceDBLimits.verify(page: limit) }
    var request = try SpiceDBRequest<WriteAnswer>(
      .permissions, "DeleteRelationships",
      [.message(1, filter.message), limit.map { .number(3, $0) }, limit.map { _ in .flag(4, true) }])
    request.writes = true
    let answer = try await answer(to: request)
    return RelationshipDeletion(
      deletedAt: try token(answer.token, ofWrite: true), isComplete: answer.progress != WriteAnswer.partial)
  }

  /// Reads a page of the relationships that match the filter, in SpiceDB's order.
  ///
  /// - Parameters:
  ///   - consistency: applies to the first page; later pages show the state at the time of the first.
  ///   - cursor: the cursor of the previous page; nil for the first.
  ///   - limit: 1 to 1,000 relationships.
  package func relationships(
    _ filter: RelationshipFilter, _ consistency: SpiceDBConsistency, after cursor: SpiceDBCursor? = nil,
    limit: Int = SpiceDBLimits.page
  ) async throws(SpiceDBError) -> RelationshipPage {
    try SpiceDBLimits.verify(page: limit)
    var request = try SpiceDBRequest<ReadAnswer>(
      .permissions, "ReadRelationships",
      [.message(1, consistency.message), .message(2, filter.message), .number(3, limit), .message(4, cursor?.message)])
    request.mostAnswers = limit
    let answers = try await answers(to: request)
    var relationships: [SpiceDBRelationship] = []
    relationships.reserveCapacity(answers.count)
    for answer in answers {
      guard let relationship = answer.relationship?.relationship else {
        throw .malformed("a relationship is incomplete")
      }
      relationships.append(relationship)
    }
    return RelationshipPage(
      relationships: relationships, next: next(answers.last?.cursor, isFull: answers.count == limit))
  }

  /// Where the next page starts; nil after a page that is not full, which is the last.
  func next(_ cursor: TokenMessage?, isFull: Bool) -> SpiceDBCursor? {
    guard isFull, let cursor, !cursor.token.isEmpty else { return nil }
    return SpiceDBCursor(cursor.token)
  }

  func token(_ message: TokenMessage?, ofWrite isWrite: Bool = false) throws(SpiceDBError) -> ZedToken {
    guard let message, !message.token.isEmpty else { throw .malformed("it has no token", ofWrite: isWrite) }
    return ZedToken(message.token)
  }

  private func structure(_ metadata: [String: String]) throws(SpiceDBError) -> Google_Protobuf_Struct? {
    guard !metadata.isEmpty else { return nil }
    let structure = Google_Protobuf_Struct(fields: metadata.mapValues { Google_Protobuf_Value(stringValue: $0) })
    let count: Int
    do { count = try (structure.serializedBytes() as [UInt8]).count } catch {
      throw .refused("the metadata can't be encoded")
    }
    guard count <= SpiceDBLimits.metadataBytes else {
      throw .refused("the metadata has \(count) bytes, more than \(SpiceDBLimits.metadataBytes)")
    }
    return structure
  }
}
