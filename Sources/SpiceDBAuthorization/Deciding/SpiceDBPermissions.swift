import Coordination
package import SpiceDBClient
package import UnitOfWork
package import WorkspaceApplication
import WorkspaceDomain

/// Has SpiceDB decide what users may do.
package struct SpiceDBPermissions: PermissionReplica {
  /// The longest that a call may take, all attempts together.
  private static let limit = UndecidableQuestions.callLimit
  /// How often a question is asked that SpiceDB was too busy for, while it answered others: about a second in total.
  private static let attempts = 6
  private static let backoff = Backoff(shortest: .milliseconds(20), longest: .milliseconds(640))

  private let spicedb: SpiceDBConnection

  package init(_ spicedb: SpiceDBConnection) { self.spicedb = spicedb }

  /// One call for up to 10,000 questions that fit into 4 MiB; more take several calls, one after another.
  package func answers(
    to questions: Set<AccessQuestion>, asFreshAs token: String?
  ) async throws(ReplicaError) -> [AccessQuestion: Bool] {
    let questions = Array(questions)
    var answers: [AccessQuestion: Bool] = [:]
    for items in CheckItem.calls(questions.map { CheckItem($0) }) {
      let found = try await check(Array(items), token)
      for (question, answer) in zip(questions[items.indices], found) { answers[question] = try Self.decision(answer) }
    }
    return answers
  }

  package func requireReady() async throws(ReplicaError) {
    for answer in try await check(Self.everyPermission, nil) { _ = try Self.decision(answer) }
  }

  /// One question for each permission, about an object that does not exist: all that counts is getting an answer.
  fileprivate static let everyPermission = ResourceType.allCases.flatMap { type in
    type.permissions.map { permission in
      CheckItem(
        resource: SpiceDBObject(type: type.rawValue, id: "none"), permission: permission.rawValue,
        subject: SpiceDBSubject(type: "user", id: "nobody"))
    }
  }

  private func check(_ items: [CheckItem], _ token: String?) async throws(ReplicaError) -> [Result<Bool, SpiceDBError>]
  {
    try await Self.limited { () async throws(SpiceDBError) in
      var answers = try await ask(items, token)
      for attempt in 1..<Self.attempts {
        let open = answers.indices.filter { answers[$0].isTransientFailure }
        guard !open.isEmpty else { break }
        try? await Task.sleep(for: Self.backoff.delay(attempt: attempt, random: .random(in: 0...1)))
        for (index, answer) in zip(open, try await ask(open.map { items[$0] }, token)) { answers[index] = answer }
      }
      return answers
    }
  }

  private func ask(
    _ items: [CheckItem], _ token: String?
  ) async throws(SpiceDBError) -> [Result<Bool, SpiceDBError>] {
    guard let token else { return try await spicedb.check(items, .full).answers }
    do throws(SpiceDBError) {
      return try await spicedb.check(items, .atLeastAsFresh(ZedToken(token))).answers
    } catch {
      // A fully consistent answer is at least as fresh.
      guard error.mayBeDueToToken else { throw error }
      return try await spicedb.check(items, .full).answers
    }
  }

  private static func limited<Answer: Sendable>(
    _ call: @escaping @Sendable () async throws(SpiceDBError) -> Answer
  ) async throws(ReplicaError) -> Answer {
    let result = await withTaskGroup(of: Result<Answer, ReplicaError>.self) { group in
      group.addTask {
        do throws(SpiceDBError) { return .success(try await call()) } catch { return .failure(ReplicaError(error)) }
      }
      group.addTask {
        try? await Task.sleep(for: limit)
        return .failure(ReplicaError(.unavailable, "SpiceDB did not answer in time"))
      }
      defer { group.cancelAll() }
      return await group.next()
    }
    guard let result else { throw ReplicaError(.unavailable, "SpiceDB was not asked") }
    return try result.get()
  }

  /// - Returns: nil if SpiceDB refuses the question itself.
  private static func decision(_ answer: Result<Bool, SpiceDBError>) throws(ReplicaError) -> Bool? {
    do throws(SpiceDBError) {
      return try answer.get()
    } catch {
      let error = ReplicaError(error)
      guard error.kind == .refused else { throw error }
      return nil
    }
  }
}

extension SpiceDBConnection {
  /// A token of the current state.
  package func currentToken() async throws(SpiceDBError) -> ZedToken {
    try await check(SpiceDBPermissions.everyPermission, .full).checkedAt
  }
}

extension SpiceDBError {
  /// Whether the token may be the reason: it has expired, or is from an earlier SpiceDB. One of another datastore is
  /// either ignored, or can't be decoded (INVALID_ARGUMENT), or is refused (`--mismatch-zed-token-behavior=error`), for
  /// which there is no reason that SpiceDB promises.
  fileprivate var mayBeDueToToken: Bool {
    switch kind {
    case .expired, .invalidRequest, .preconditionFailed, .unexpected: true
    case .unavailable, .busy, .deadlineExceeded, .unauthenticated, .unreadableToken, .schema, .tooDeep,
      .malformedAnswer, .cancelled:
      false
    }
  }
}

extension Result<Bool, SpiceDBError> {
  fileprivate var isTransientFailure: Bool {
    if case .failure(let error) = self { error.isTransient } else { false }
  }
}
