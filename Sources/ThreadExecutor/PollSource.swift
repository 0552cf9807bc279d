/// What the thread of a ``ThreadExecutor`` waits for while it has no job.
package struct PollRequest: Sendable, Equatable {
  /// The descriptor to wait for, or -1 for none.
  package var descriptor: Int32
  /// The longest wait in milliseconds: 0 to service the source at once (data is already in memory), -1 for no limit.
  package var timeout: Int32
  /// Whether to service the source also when the descriptor is writable. Default: only when it is readable.
  package var waitsForWriting: Bool

  package init(descriptor: Int32, timeout: Int32, waitsForWriting: Bool = false) {
    self.descriptor = descriptor
    self.timeout = timeout
    self.waitsForWriting = waitsForWriting
  }

  /// Waits only for jobs.
  package static let idle = PollRequest(descriptor: -1, timeout: -1)
}

/// An actor that owns a socket: the thread that runs its jobs also waits on the socket for it.
package protocol PollSource: Actor {
  /// What to wait for next. Called on the actor's thread before each wait.
  func pollRequest() -> PollRequest
  /// Called on the actor's thread when the descriptor is readable (or writable, if requested), or the timeout has
  /// passed.
  func service()
}
