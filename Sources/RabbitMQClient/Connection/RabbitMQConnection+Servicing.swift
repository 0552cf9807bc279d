internal import Messaging
package import ThreadExecutor

/// What the thread does between jobs.
extension RabbitMQConnection {
  /// How much is read before other jobs of the connection get their turn.
  private static let bytesPerRound = 1 << 20

  package func pollRequest() -> PollRequest {
    guard let handle else { return .idle }
    if !isPaused && hasUnreadInput { return PollRequest(descriptor: handle.descriptor, timeout: 0) }
    let silenceEnd = isPaused ? nil : handle.silenceEnd
    let deadlines = [handle.heartbeatDue, silenceEnd, listenerDeadline, closeDeadline, callDeadline]
    let next = deadlines.compactMap { $0 }.min()
    // Rounded up: waking slightly too early would mean waking twice.
    let timeout = next.map { $0 <= .now ? 0 : Int32(clamping: ($0 - .now).milliseconds + 1) } ?? -1
    // poll() would report the unread data of a paused connection again and again.
    let descriptor = isPaused && !waitsForWriting ? -1 : handle.descriptor
    return PollRequest(descriptor: descriptor, timeout: timeout, waitsForWriting: waitsForWriting)
  }

  package func service() {
    guard let handle else { return }
    if !isPaused { read(handle) }
    sendHeartbeat()
    checkDeadlines()
    if waitsForWriting, let handle = self.handle, handle.isWritable {
      waitsForWriting = false
      tell([.writable])
    }
  }

  /// Whether nothing is read now. An answer comes after deliveries that are not wanted yet; so reading goes on while a
  /// call that is not patient waits for its answer.
  private var isPaused: Bool { isReadingPaused && calls.allSatisfy(\.isPatient) }

  /// The deadline of the next answer.
  private var callDeadline: ContinuousClock.Instant? { isPaused ? nil : calls.first?.deadline }

  private func sendHeartbeat() {
    guard let handle, let due = handle.heartbeatDue, due <= .now else { return }
    try? failing { () throws(WireSocket.Failure) in
      try guardingUnlessWritable(handle) { () throws(WireSocket.Failure) in try handle.sendHeartbeat() }
    }
  }

  private func read(_ handle: ConnectionHandle) {
    var count = 0
    hasUnreadInput = true
    while hasUnreadInput, count < Self.bytesPerRound {
      do throws(WireSocket.Failure) {
        let bytes = try handle.receive()
        count += bytes.count
        hasUnreadInput = handle.mayHaveMore(after: bytes.count)
        take(bytes)
      } catch {
        fail(self.error(for: error))
      }
      guard self.handle != nil else { return }
    }
    if count == 0, let end = handle.silenceEnd, end <= .now {
      fail(.connectionLost(reason: "the broker has missed two heartbeats"))
    }
  }

  /// Acts on what has arrived.
  func take(_ bytes: UnsafeRawBufferPointer) {
    guard !bytes.isEmpty else { return }
    var arrived: [InboundEvent] = []
    var failure: RabbitMQError?
    do throws(RabbitMQError) {
      try decoder.decode(bytes, into: &arrived)
    } catch {
      failure = error
    }
    var events: [ChannelEvent] = []
    for event in arrived {
      guard let error = process(event, &events) else { continue }
      failure = error
      break
    }
    tell(events)
    if let failure { fail(failure) }
  }

  func tell(_ events: [ChannelEvent]) {
    guard !events.isEmpty, let listener else { return }
    listener.assumeIsolated { $0.handle(events) }
  }

  /// - Returns: the error that ends the connection, if the event does.
  private func process(_ event: InboundEvent, _ events: inout [ChannelEvent]) -> RabbitMQError? {
    switch event {
    case .delivered, .returned, .settled, .consumerCancelled: events.append(.inbound(event))
    case .replied(let method, let channel, let reply):
      if Self.listenerChannels.contains(channel) { events.append(.inbound(event)) }
      return settleCall(method, channel, reply)
    case .channelClosed(let channel, let code, let text):
      return channelClosed(channel, .channelClosed(code: code, text: text))
    case .connectionClosed(let code, let text):
      confirm(.confirmConnectionClose, on: 0)
      return .connectionClosed(code: code, text: text)
    case .blocked(let reason):
      setBlockage(reason)
      events.append(.inbound(event))
    case .unblocked:
      setBlockage(nil)
      events.append(.inbound(event))
    }
    return nil
  }

  private func checkDeadlines() {
    let now = ContinuousClock.now
    if let call = calls.first, let deadline = callDeadline, deadline <= now {
      // The answer may still come, and would be taken for the answer to the next call.
      fail(.timedOut(operation: call.request.name, limit: configuration.requestTimeout))
    }
    if let deadline = closeDeadline, deadline <= now { fail(failure) }
    if let deadline = listenerDeadline, deadline <= now {
      listenerDeadline = nil
      tell([.deadlinePassed])
    }
  }

  func error(for failure: WireSocket.Failure) -> RabbitMQError {
    watchdog.hasCut
      ? .timedOut(operation: "sending", limit: configuration.sendTimeout) : .connectionLost(reason: failure.reason)
  }
}
