import Synchronization

/// Holds back callers while it is closed.
final class Gate: Sendable {
  private let moves = Journal<Bool>()

  func close() { moves.note(false) }
  func open() { moves.note(true) }

  func pass() async throws { try await moves.wait { $0.last ?? true } }
}
