internal import Coordination
internal import Messaging

/// Methods that the broker answers.
extension RabbitMQConnection {
  /// Sends a method and waits for its answer for at most `requestTimeout`: without one the connection is given up.
  ///
  /// - Parameter isPatient: whether the answer may wait until a pause of reading ends: the pause is not interrupted for
  ///   it, and the answer's time limit then starts again.
  /// - Throws: ``RabbitMQError``, or `CancellationError`.
  func call(
    _ request: MethodRequest, on channel: UInt16 = mainChannel, isPatient: Bool = false
  ) async throws -> MethodReply {
    try await begin(request, on: channel, isPatient: isPatient).value()
  }

  /// Sends a method and returns a waiter for its answer.
  func begin(_ request: MethodRequest, on channel: UInt16, isPatient: Bool = false) throws -> Waiter<MethodReply> {
    try send(request, on: channel)
    let waiter = Waiter<MethodReply>()
    let deadline = ContinuousClock.now + configuration.requestTimeout
    calls.append(Call(request: request, channel: channel, isPatient: isPatient, deadline: deadline, waiter: waiter))
    return waiter
  }

  /// Ends a pause of reading. Answers to patient calls may come after what was not read: their time limits start again.
  func readOn() {
    guard isReadingPaused else { return }
    isReadingPaused = false
    for index in calls.indices where calls[index].isPatient {
      calls[index].deadline = .now + configuration.requestTimeout
    }
  }

  func send(_ request: MethodRequest, on channel: UInt16) throws(RabbitMQError) {
    let handle = try openHandle()
    try failing { () throws(WireSocket.Failure) in
      try guardingUnlessWritable(handle) { () throws(WireSocket.Failure) in try handle.send(request, on: channel) }
    }
  }

  /// Makes a call that sends little: without the watchdog if the socket is writable, since it then does not block.
  func guardingUnlessWritable<Result, Failure>(
    _ handle: ConnectionHandle, _ call: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try handle.isWritable ? call() : watchdog.guarding(configuration.sendTimeout, call)
  }

  /// Answers a method of the broker. It no longer matters whether the answer can be sent.
  func confirm(_ request: MethodRequest, on channel: UInt16) {
    guard let handle else { return }
    try? guardingUnlessWritable(handle) { () throws(WireSocket.Failure) in try handle.send(request, on: channel) }
  }

  /// Makes a call on the socket; if the call fails, the connection ends.
  func failing(_ call: () throws(WireSocket.Failure) -> Void) throws(RabbitMQError) {
    do {
      try call()
    } catch {
      let error = self.error(for: error)
      fail(error)
      throw error
    }
  }

  /// Declares the objects one by one, on a separate channel: an error of the broker closes only that channel.
  ///
  /// - Returns: the statistics if the last of them is a queue; otherwise nil.
  /// - Throws: ``RabbitMQError``: `channelClosed` if the broker refuses; `CancellationError`.
  @discardableResult
  package func declare(_ declarations: [Declaration]) async throws -> QueueStatistics? {
    let channel = freeChannels.popLast() ?? nextChannel()
    do {
      _ = try await call(.openChannel, on: channel)
      var reply = MethodReply.ok
      for declaration in declarations { reply = try await call(declaration.request, on: channel) }
      _ = try await call(.closeChannel, on: channel)
      freeChannels.append(channel)
      return reply.queueStatistics
    } catch let cancellation as CancellationError {
      // The answer is not waited for, so the channel's number is not reused.
      _ = try? begin(.closeChannel, on: channel)
      throw cancellation
    }
  }

  private func nextChannel() -> UInt16 {
    lastChannel += 1
    return lastChannel
  }

  /// - Returns: the error that ends the connection, if this does.
  func settleCall(_ method: UInt32, _ channel: UInt16, _ reply: MethodReply) -> RabbitMQError? {
    if case .closing(let reason) = phase { return method == MethodRequest.closeConnection.replyMethod ? reason : nil }
    guard let index = calls.firstIndex(where: { $0.channel == channel }) else {
      return .protocolViolation("an answer without a request")
    }
    let call = calls.remove(at: index)
    guard call.request.replyMethod == method else {
      return .protocolViolation("a mismatched answer to \(call.request.name)")
    }
    call.waiter.resolve(.success(reply))
    return nil
  }

  /// - Returns: the error that ends the connection, if this does.
  func channelClosed(_ channel: UInt16, _ error: RabbitMQError) -> RabbitMQError? {
    confirm(.confirmChannelClose, on: channel)
    if Self.listenerChannels.contains(channel) { return error }
    freeChannels.append(channel)
    for call in calls where call.channel == channel { call.waiter.resolve(.failure(error)) }
    calls.removeAll { $0.channel == channel }
    return nil
  }
}
