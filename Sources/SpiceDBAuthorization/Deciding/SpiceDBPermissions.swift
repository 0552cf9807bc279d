package import SpiceDBClient
package import UnitOfWork
package import WorkspaceApplication
import WorkspaceDomain

/// Has SpiceDB decide what users may do.
package struct SpiceDBPermissions: PermissionReplica {
  /// The longest that a call may take, all attempts together: the sender of the command is waiting for the answer.
  private static let limit: Duration = .seconds(10)

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
  private static let everyPermission = ResourceType.allCases.flatMap { type in
    type.permissions.map { permission in
      CheckItem(
        resource: SpiceDBObject(type: type.rawValue, id: "none"), permission: permission.rawValue,
        subject: SpiceDBSubject(type: "user", id: "nobody"))
    }
  }

  private func check(_ items: [CheckItem], _ token: String?) async throws(ReplicaError) -> [Result<Bool, SpiceDBError>]
  {
    try await Self.limited { [spicedb] () async throws(SpiceDBError) in
      guard let token else { return try await spicedb.check(items, .full).answers }
      do throws(SpiceDBError) {
        return try await spicedb.check(items, .atLeastAsFresh(ZedToken(token))).answers
      } catch {
        // The token has expired, or is from an earlier SpiceDB: a fully consistent answer is at least as fresh.
        guard error.kind == .expired else { throw error }
        return try await spicedb.check(items, .full).answers
      }
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
