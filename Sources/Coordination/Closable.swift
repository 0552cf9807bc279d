/// Something that whoever has opened it has to close.
package protocol Closable: Sendable {
  /// Bounded in time; may be called again.
  func close() async
}

extension Closable {
  /// Closes it when `body` has ended, however that is.
  package func use<Answer>(_ body: (Self) async throws -> Answer) async throws -> Answer {
    let answer = try await closedOnFailure(body)
    await close()
    return answer
  }

  /// Closes it where `body` throws: what `body` returns goes on with it.
  package func closedOnFailure<Answer>(_ body: (Self) async throws -> Answer) async throws -> Answer {
    do {
      return try await body(self)
    } catch {
      await close()
      throw error
    }
  }
}
