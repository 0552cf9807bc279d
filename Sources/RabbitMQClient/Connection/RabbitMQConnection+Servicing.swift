internal import CRabbitMQ
internal import DeliveryPipeline
package import ThreadExecutor

/// What the thread does between jobs.
extension RabbitMQConnection {
  /// Data that is read before other jobs of the connection get their turn.
  private static let bytesPerRound = 1 << 20

  package func pollRequest() -> PollRequest {
    guard let handle else { return .idle }
    if !isPaused && (hasUnreadInput || handle.hasBufferedInput) {
      return PollRequest(descriptor: handle.descriptor, timeout: 0)
    }
    let deadlines = [nextService, listenerDeadline, closeDeadline, calls.first?.deadline]
    let next = deadlines.compactMap { $0 }.min() ?? nextService
    // Rounded up: waking a little too early would mean to wake twice.
    let timeout = Int32(clamping: max(0, (next - .now).milliseconds + 1))
    // A paused connection would be told about its unread data again and again.
    let descriptor = isPaused && !waitsForWriting ? -1 : handle.descriptor
    return PollRequest(
      descriptor: descriptor, timeout: next <= .now ? 0 : timeout, waitsForWriting: waitsForWriting)
  }

  package func service() {
    guard let handle else { return }
    // librabbitmq sends a heartbeat when half of the interval has passed without other data.
    nextService = .now + (handle.heartbeat == 0 ? .seconds(60) : .milliseconds(handle.heartbeat * 250))
    // librabbitmq sends heartbeats from within its reading calls, too.
    guardingUnlessWritable(handle) { isPaused ? sendHeartbeat(handle) : read(handle) }
    checkDeadlines()
    if waitsForWriting, let handle = self.handle, handle.isWritable {
      waitsForWriting = false
      tell([.writable])
    }
  }

  /// An answer comes behind the deliveries that are not wanted now; so they are read while one is waited for.
  private var isPaused: Bool { isReadingPaused && calls.isEmpty }

  private func sendHeartbeat(_ handle: ConnectionHandle) {
    guard handle.heartbeat > 0 else { return }
    let status = handle.sendHeartbeat()
    if !status.isOK { fail(error(for: status)) }
  }

  private func read(_ handle: ConnectionHandle) {
    var events: [ChannelEvent] = []
    var frame = amqp_frame_t()
    var bytes = 0
    var failure: RabbitMQError?
    hasUnreadInput = true
    while failure == nil, bytes < Self.bytesPerRound {
      let status = handle.read(&frame)
      guard status.isOK else {
        hasUnreadInput = false
        if status != .timeout { failure = error(for: status) }
        break
      }
      do throws(RabbitMQError) {
        bytes += Int32(frame.frame_type) == AMQP_FRAME_BODY ? frame.payload.body_fragment.len : 64
        if let event = try interpreter.interpret(frame) { failure = process(event, &events) }
      } catch {
        failure = error
      }
      handle.releaseBuffers(of: frame.channel)
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
    if let call = calls.first, call.deadline <= now {
      // The answer may still come, and would be taken for that of the next call.
      fail(.timedOut(operation: call.request.name, limit: configuration.requestTimeout))
    }
    if let deadline = closeDeadline, deadline <= now { fail(failure) }
    if let deadline = listenerDeadline, deadline <= now {
      listenerDeadline = nil
      tell([.deadlinePassed])
    }
  }

  func error(for status: LibraryStatus) -> RabbitMQError {
    watchdog.hasCut ? .timedOut(operation: "sending", limit: configuration.sendTimeout) : status.connectionError
  }
}
