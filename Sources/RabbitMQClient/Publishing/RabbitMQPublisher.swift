internal import Coordination
internal import Failpoints
package import Messaging

/// Publishes with confirms over a connection of its own.
///
/// Batches go out in the order of the calls (on each channel, see ``PublisherOptions``), each message once, never more
/// than a window of unconfirmed ones. A send starts only while the socket has room and the broker has not blocked the
/// connection; so the connection's thread stays free to receive from the broker, except during messages larger than the
/// socket's buffer.
///
/// Source: https://www.rabbitmq.com/docs/confirms#publisher-confirms
package actor RabbitMQPublisher: MessagePublisher, ChannelListener {
  /// How much is sent before reading from the broker again: well below a socket's buffer.
  private static let chunkBytes = 256 << 10
  /// Method, properties and frame headers of a message, roughly.
  private static let overheadBytes = 512

  package nonisolated let connection: RabbitMQConnection

  private let options: PublisherOptions
  private let channels: PublishChannels
  private var ledger: ConfirmLedger
  /// In the order of the calls; completely published ones come before the others.
  private var batches: [PublishBatch] = []
  private var lastBatchID: UInt64 = 0
  private var failure: RabbitMQError?

  /// The connection's thread: confirms are handed over without waiting.
  package nonisolated var unownedExecutor: UnownedSerialExecutor { connection.unownedExecutor }
  package nonisolated var taskExecutor: (any TaskExecutor)? { connection.taskExecutor }

  private init(_ connection: RabbitMQConnection, options: PublisherOptions) {
    self.connection = connection
    self.options = options
    channels = PublishChannels(ownChannelsFor: options.exchangesOfOwnChannel)
    ledger = ConfirmLedger(maximumCount: options.maximumUnconfirmed, maximumBytes: options.maximumUnconfirmedBytes)
  }

  /// Opens its channels, in confirm mode, on a connection that nothing else consumes or publishes on.
  ///
  /// - Throws: ``RabbitMQError``, `CancellationError`.
  package static func start(
    on connection: RabbitMQConnection, options: PublisherOptions = PublisherOptions()
  ) async throws -> RabbitMQPublisher {
    let publisher = RabbitMQPublisher(connection, options: options)
    try await connection.adopt(publisher)
    for channel in publisher.channels.all {
      _ = try await connection.call(.openChannel, on: channel)
      _ = try await connection.call(.selectConfirms, on: channel)
    }
    return publisher
  }

  /// Accepts messages to be published after those of earlier calls; on each channel, order is kept.
  ///
  /// Waiting for their confirmation throws ``RabbitMQError``: `messageRefused` if the broker refused one of them, or an
  /// earlier message still waited for; `unroutable` if mandatory messages reached no queue; `unpublishable`; or what
  /// ended the connection. After any of these errors but `unpublishable`, which is detected before that message is
  /// sent, any of the messages may have been published. On cancellation the wait throws `CancellationError`; messages
  /// not handed over by then are never published.
  ///
  /// Nothing overtakes a message that was not published (but see ``PublisherOptions/keepsOrder``): after
  /// `messageRefused`, `unpublishable` or a cancellation that left some messages unpublished, the publisher accepts no
  /// more, and its connection is useless.
  ///
  /// - Throws: ``RabbitMQError``: what ended the connection or the publisher.
  package func submit(_ messages: [AMQPMessage]) throws -> any PublisherConfirmation {
    if let failure { throw failure }
    lastBatchID += 1
    let batch = PublishBatch(id: lastBatchID, messages: messages)
    guard !messages.isEmpty else {
      batch.waiter.resolve()
      return Confirmation(publisher: self, batch: batch.id, waiter: batch.waiter)
    }
    batches.append(batch)
    // The first one starts the clock; the others queue behind it.
    if batches.count == 1 { noteProgress() }
    pump()
    return Confirmation(publisher: self, batch: batch.id, waiter: batch.waiter)
  }

  private struct Confirmation: PublisherConfirmation {
    let publisher: RabbitMQPublisher
    let batch: UInt64
    let waiter: Waiter<Void>

    func wait() async throws {
      do {
        try await waiter.value()
      } catch let cancellation as CancellationError {
        await publisher.abandon(batch)
        throw cancellation
      }
    }
  }

  func handle(_ events: [ChannelEvent]) {
    for event in events {
      switch event {
      case .inbound(.settled(let channel, let number, let isMultiple, let isPositive)):
        finish(ledger.settled(number, isMultiple: isMultiple, isPositive: isPositive, on: channel))
        noteProgress()
      case .inbound(.returned(let message)): attribute(message)
      case .inbound(.blocked), .inbound(.unblocked): noteProgress()
      case .failed(let error): fail(error)
      case .deadlinePassed:
        connection.assumeIsolated { [timeoutError] in $0.fail(timeoutError) }
      case .inbound, .writable: break
      }
    }
    pump()
  }

  /// Publishes waiting messages, while the window, the socket and the broker allow it.
  private func pump() {
    while failure == nil, !connection.isBlocked, let index = batches.firstIndex(where: { !$0.isPublished }) {
      let chunk = nextChunk(of: index)
      guard !chunk.isEmpty else { return }
      guard connection.assumeIsolated({ $0.mayWrite }) else {
        connection.assumeIsolated { $0.waitForWriting() }
        return
      }
      publish(chunk, of: index)
      // Reads from the broker before the next chunk, if there is one.
      if batches.contains(where: { !$0.isPublished }) { return connection.assumeIsolated { $0.waitForWriting() } }
    }
  }

  /// As many of the next messages as fit both the window and a chunk.
  private func nextChunk(of index: Int) -> ArraySlice<AMQPMessage> {
    var count = 0
    var bytes = 0
    return batches[index].messages[batches[index].next...].prefix { message in
      let size = message.size
      guard bytes + count * Self.overheadBytes < Self.chunkBytes, ledger.hasRoom(for: size, behind: count, bytes) else {
        return false
      }
      count += 1
      bytes += size
      return true
    }
  }

  private func publish(_ chunk: ArraySlice<AMQPMessage>, of index: Int) {
    if batches[index].next == 0 { Failpoint.publishing.hit() }
    let (isMandatory, channels) = (options.isMandatory, channels)
    // The error has ended the connection, which ends every wait on it.
    guard let result = try? connection.assumeIsolated({ try $0.publish(chunk, isMandatory: isMandatory, on: channels) })
    else { return }
    for message in chunk.prefix(result.count) {
      batches[index].next += 1
      ledger.published(
        batch: batches[index].id, bytes: message.size, isLast: batches[index].isPublished,
        on: channels.channel(of: message))
    }
    if batches[index].isPublished { Failpoint.published.hit() }
    noteProgress()
    if let obstacle = result.obstacle { fail(batches[index].id, because: obstacle) }
  }

  private func finish(_ actions: [ConfirmLedger.Action]) {
    for action in actions {
      switch action {
      case .confirmed(let id):
        let returned = batches.first { $0.id == id }?.returned ?? []
        end(id, with: returned.isEmpty ? .success(()) : .failure(.unroutable(returned)))
      case .refused(let id): fail(id, because: .messageRefused)
      }
    }
  }

  /// A return precedes the confirm of its message, so its batch is still here.
  private func attribute(_ message: ReturnedMessage) {
    guard let index = batches.firstIndex(where: { $0.awaitsReturn(like: message) }) else { return }
    batches[index].returned.append(message)
  }

  private func fail(_ id: UInt64, because error: RabbitMQError) {
    if options.keepsOrder { giveUp(from: id, because: error) } else { end(id, with: .failure(error)) }
  }

  /// Nothing may overtake a batch that failed: messages submitted after it and not yet handed over fail with it, and so
  /// do all messages submitted from now on.
  private func giveUp(from id: UInt64, because error: RabbitMQError) {
    failure = failure ?? error
    for batch in batches where batch.id >= id { end(batch.id, with: .failure(error)) }
  }

  private func end(_ id: UInt64, with result: Result<Void, RabbitMQError>) {
    guard let index = batches.firstIndex(where: { $0.id == id }) else { return }
    let batch = batches.remove(at: index)
    ledger.abandoned(batch: id)
    batch.waiter.resolve(result.mapError { $0 })
    noteProgress()
  }

  private func abandon(_ id: UInt64) {
    guard let index = batches.firstIndex(where: { $0.id == id }) else { return }
    guard batches[index].isPublished else { return giveUp(from: id, because: .closed) }
    end(id, with: .failure(RabbitMQError.closed))
  }

  /// Restarts the progress timeout, if batches or confirms are pending.
  private func noteProgress() {
    let isWaiting = !batches.isEmpty || ledger.unconfirmedCount > 0
    let limit = connection.isBlocked ? options.blockedTimeout : options.progressTimeout
    let deadline = isWaiting ? limit.map { ContinuousClock.now + $0 } : nil
    connection.assumeIsolated { $0.setDeadline(deadline) }
  }

  /// The error that ends the connection when the progress timeout, or that of a blocked connection, has passed.
  private var timeoutError: RabbitMQError {
    guard let reason = connection.blockedReason, let limit = options.blockedTimeout else {
      return .timedOut(operation: "waiting for publisher confirms", limit: options.progressTimeout)
    }
    return .timedOut(operation: "publishing, which the broker blocks (\(reason)),", limit: limit)
  }

  private func fail(_ error: RabbitMQError) {
    failure = error
    let batches = batches
    self.batches = []
    for batch in batches { batch.waiter.resolve(.failure(error)) }
  }
}
