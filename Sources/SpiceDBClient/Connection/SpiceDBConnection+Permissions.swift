extension SpiceDBConnection {
  /// Whether a subject has a permission on an object. False for an object unknown to SpiceDB.
  package func check(_ item: CheckItem, _ consistency: SpiceDBConsistency) async throws(SpiceDBError) -> Bool {
    try SpiceDBLimits.verify(checks: [item])
    let request = try SpiceDBRequest<CheckAnswer>(
      .permissions, "CheckPermission",
      [
        .message(1, consistency.message), .message(2, item.resource.message), .text(3, item.permission),
        .message(4, item.subject.message),
      ])
    return try holds(await answer(to: request).permissionship)
  }

  /// Checks up to 10,000 items against the state at one moment.
  ///
  /// - Returns: the answers, in the order of the items.
  package func check(_ items: [CheckItem], _ consistency: SpiceDBConsistency) async throws(SpiceDBError) -> CheckAnswers
  {
    try SpiceDBLimits.verify(checks: items)
    let fields = [.message(1, consistency.message)] + ProtobufFields.Field.messages(2, items.lazy.map(\.message))
    let request = try SpiceDBRequest<CheckBulkAnswer>(.permissions, "CheckBulkPermissions", ProtobufFields(fields))
    let answer = try await answer(to: request)
    guard answer.pairs.count == items.count else {
      throw .malformed("\(answer.pairs.count) answers to \(items.count) checks")
    }
    var answers: [Result<Bool, SpiceDBError>] = []
    answers.reserveCapacity(items.count)
    for (item, pair) in zip(items, answer.pairs) { answers.append(try outcome(of: item, pair)) }
    return CheckAnswers(answers: answers, checkedAt: try token(answer.checkedAt))
  }

  /// A page of the objects of a type on which a subject has a permission, in SpiceDB's order.
  ///
  /// - Parameters:
  ///   - consistency: applies to the first page; later pages show the state at the time of the first.
  ///   - cursor: the cursor of the previous page; nil for the first.
  ///   - limit: 1 to 1,000 ids.
  package func resources(
    ofType type: String, permission: String, subject: SpiceDBSubject, _ consistency: SpiceDBConsistency,
    after cursor: SpiceDBCursor? = nil, limit: Int = SpiceDBLimits.page
  ) async throws(SpiceDBError) -> ResourcePage {
    try SpiceDBLimits.verify(page: limit)
    try SpiceDBLimits.verify(subject.object)
    var request = try SpiceDBRequest<LookupAnswer>(
      .permissions, "LookupResources",
      [
        .message(1, consistency.message), .text(2, type), .text(3, permission), .message(4, subject.message),
        .number(6, limit), .message(7, cursor?.message),
      ])
    request.mostAnswers = limit
    let answers = try await answers(to: request)
    return ResourcePage(
      ids: answers.filter { $0.permissionship == LookupAnswer.has }.map(\.id),
      next: next(answers.last?.cursor, isFull: answers.count == limit))
  }

  private func outcome(of item: CheckItem, _ pair: CheckPair) throws(SpiceDBError) -> Result<Bool, SpiceDBError> {
    guard pair.request?.item == item else {
      throw .malformed("it answers a different question, or in a different order")
    }
    if let error = pair.error {
      let code = GRPCStatusCode(rawValue: Int(error.code)) ?? .unknown
      return .failure(
        SpiceDBError(
          code.kind(reason: error.reason, message: error.message), code: code, reason: error.reason,
          message: error.message))
    }
    guard let outcome = pair.outcome else { throw .malformed("a check has no answer") }
    return .success(try holds(outcome.permissionship))
  }

  /// Whether the answer is an unconditional yes. A conditional answer comes from caveats, which our schema doesn't use.
  private func holds(_ permissionship: Int32) throws(SpiceDBError) -> Bool {
    switch permissionship {
    case CheckAnswer.has: true
    case CheckAnswer.no: false
    default: throw .malformed("permissionship \(permissionship) is neither yes nor no")
    }
  }
}
