/// Something that its opener must close.
package protocol Closable: Sendable {
  /// Closes it, in bounded time. May be called more than once.
  func close() async
}

extension Closable {
  /// Closes it when `body` has returned or thrown.
  package func use<Answer>(_ body: (Self) async throws -> Answer) async throws -> Answer {
    let answer = try await closedOnFailure(body)
    await close()
    return answer
  }

  /// Closes it only if `body` throws: otherwise what `body` returns keeps using it.
  package func closedOnFailure<Answer>(_ body: (Self) async throws -> Answer) async throws -> Answer {
    do {
      return try await body(self)
    } catch {
      await close()
      throw error
    }
  }
}
