import Glibc

/// One request's wait for the server: how long it may take, and what can end it earlier.
struct SocketWait {
  let interrupt: Interrupt
  let limit: Duration
  private let deadline: ContinuousClock.Instant

  /// - Parameter limit: for all waits on this value together.
  init(limit: Duration, interrupt: Interrupt) {
    self.limit = limit
    self.interrupt = interrupt
    deadline = .now + min(limit, .milliseconds(Int32.max))
  }

  /// A part of this wait, which ends no later than the whole.
  func part(limit: Duration) -> SocketWait { SocketWait(limit: min(limit, deadline - .now), interrupt: interrupt) }

  var isOver: Bool { deadline <= .now }

  struct Readiness: OptionSet {
    let rawValue: Int16
    static let readable = Readiness(rawValue: Int16(POLLIN))
    static let writable = Readiness(rawValue: Int16(POLLOUT))
  }

  /// Sleeps until the socket is ready.
  ///
  /// - Returns: never empty: an error or a hang-up counts as readable, since reading reveals the reason.
  /// - Throws: ``PostgresError/cancelled`` and ``PostgresError/timeout(after:)``.
  func wait(for socket: Int32, until wanted: Readiness) throws(PostgresError) -> Readiness {
    while true {
      var descriptors = [
        pollfd(fd: socket, events: wanted.rawValue, revents: 0),
        pollfd(fd: interrupt.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      let ready = poll(&descriptors, 2, (deadline - .now).wholeMilliseconds)
      if ready == 0 { throw .timeout(after: limit) }
      // EINTR: poll again, with what is left of the time.
      guard ready > 0 else { continue }
      if descriptors[1].revents != 0 { throw .cancelled }
      let found = Readiness(rawValue: descriptors[0].revents).intersection([.readable, .writable])
      return found.isEmpty ? .readable : found
    }
  }
}
