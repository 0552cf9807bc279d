internal import Glibc
internal import Synchronization

/// Cuts a socket from outside while its thread is stuck in a call on it.
///
/// librabbitmq sends without a deadline: a peer that takes no more data would hold the thread forever. Shutting the
/// socket down makes that call fail at once; it is the only thing that another thread may do to a connection.
final class SocketWatchdog: Sendable {
  private struct State {
    var descriptor: Int32?
    var hasCut = false
  }

  private let state = Mutex(State())

  /// The socket was opened. From here on it may be cut.
  func attach(_ descriptor: Int32) { state.withLock { $0.descriptor = descriptor } }

  /// The socket is about to be closed: its number may soon be reused.
  func detach() { state.withLock { $0.descriptor = nil } }

  /// Whether this watchdog ended the connection.
  var hasCut: Bool { state.withLock(\.hasCut) }

  /// Ends every call on the socket with an error.
  func cut() {
    state.withLock { state in
      guard let descriptor = state.descriptor else { return }
      state.hasCut = true
      shutdown(descriptor, Int32(SHUT_RDWR))
    }
  }

  /// Makes a call that may block, and cuts the socket if the call has not returned after `limit`.
  func guarding<Result, Failure>(_ limit: Duration, _ call: () throws(Failure) -> Result) throws(Failure) -> Result {
    // Not a child task: the thread that would run it is the one that may be stuck.
    let alarm = Task.detached {
      try await Task.sleep(for: limit)
      self.cut()
    }
    defer { alarm.cancel() }
    return try call()
  }
}
