internal import Coordination
package import Messaging

/// Consumes one queue over a connection of its own, with manual acknowledgement.
///
/// To bound memory, the socket is not read while more than `maximumBufferedBytes` wait to be taken; and the taker gets
/// only the oldest deliveries at a time, about `maximumBytesAtATime`. AMQP 0-9-1 has no flow control by bytes, and a
/// socket is read in full or not at all; so the broker's heartbeats pile up unread, too, which is harmless, as reading
/// resumes before silence is judged. Our own heartbeats continue.
///
/// But RabbitMQ closes a connection that takes nothing for 30 seconds. So after `maximumPause` the rest, at most the
/// prefetch, is read and dropped, unacknowledged: the connection stays healthy for as long as it takes. Once the kept
/// deliveries are handed out and acknowledged, the consumer fails with `overflowed`, and the rest is redelivered on a
/// new connection, from its place in the queue.
///
/// Nothing is ever sent back with basic.nack, nor is the consumer ended with basic.cancel: a quorum queue without a
/// delivery limit puts returned messages at its end, behind newer ones, and does the same with messages on their way to
/// a consumer that cancels. Closing the connection returns unacknowledged messages to their place,
/// unless messages of an earlier consumer wait there that this one, with a smaller prefetch, had no room for: a quorum
/// queue delivers those first.
package actor RabbitMQConsumer: DeliverySource, ChannelListener {
  private enum Phase {
    case consuming
    case stopped
    case failed(RabbitMQError)
  }

  package nonisolated let connection: RabbitMQConnection
  package nonisolated let queue: ShortString

  private static let consumerTag: ShortString = "workspace-worker"

  private let options: ConsumerOptions
  private var phase = Phase.consuming
  private var arrived: [Delivery] = []
  private var bufferedBytes = 0
  /// After the first dropped delivery all are dropped: acknowledging a later one would cover the dropped one.
  private var dropsArrivals = false
  /// The number of the last delivery that was handed out.
  private var lastTaken: UInt64 = 0
  private var arrivalWaiters: [Waiter<Void>] = []

  /// The connection's thread: what it reads is handed over without waiting.
  package nonisolated var unownedExecutor: UnownedSerialExecutor { connection.unownedExecutor }
  package nonisolated var taskExecutor: (any TaskExecutor)? { connection.taskExecutor }

  private init(_ connection: RabbitMQConnection, queue: ShortString, options: ConsumerOptions) {
    self.connection = connection
    self.queue = queue
    self.options = options
  }

  /// Starts consuming `queue` on a connection that nothing else consumes or publishes on.
  ///
  /// - Throws: ``RabbitMQError``, such as `channelClosed` with NOT_FOUND for a queue that does not exist, which also
  ///   closes the connection; `CancellationError`.
  package static func start(
    on connection: RabbitMQConnection, queue: ShortString, options: ConsumerOptions = ConsumerOptions()
  ) async throws -> RabbitMQConsumer {
    let consumer = RabbitMQConsumer(connection, queue: queue, options: options)
    try await connection.adopt(consumer, queue: String(decoding: queue.bytes, as: UTF8.self))
    _ = try await connection.call(.openChannel)
    _ = try await connection.call(.setPrefetch(options.prefetch))
    _ = try await connection.call(.consume(queue: queue, consumer: consumerTag))
    return consumer
  }

  package func deliveries() async throws -> [Delivery] {
    while true {
      try Task.checkCancellation()
      if case .failed(let error) = phase { throw error }
      if !arrived.isEmpty { return take() }
      if case .stopped = phase { return [] }
      let waiter = Waiter<Void>()
      arrivalWaiters.append(waiter)
      try await waiter.value()
    }
  }

  package func acknowledge(_ acknowledgements: [Acknowledgement]) throws {
    let generation = connection.generation
    let current = acknowledgements.filter { $0.tag.generation == generation }
    guard !current.isEmpty else { return }
    if case .failed(let error) = phase { throw error }
    try connection.assumeIsolated { try $0.acknowledge(current) }
    endOverflow(after: current)
  }

  /// An acknowledgement has no answer; but methods of one channel are processed in order, and basic.qos has an answer.
  /// For an existing consumer basic.qos changes nothing
  /// (https://www.rabbitmq.com/docs/consumer-prefetch#single-consumer).
  package func confirmAcknowledgements() async throws {
    if case .failed(let error) = phase { throw error }
    _ = try await connection.call(.setPrefetch(options.prefetch), isPatient: true)
  }

  /// From now on arriving messages are read and dropped, unacknowledged; they return to their place in the queue when
  /// the connection ends. The broker is not told, as basic.cancel would cost the order: see ``RabbitMQConsumer``.
  package func stopConsuming() throws {
    if case .failed(let error) = phase { throw error }
    phase = .stopped
    dropsArrivals = true
    readOn()
    wake(&arrivalWaiters)
  }

  /// The oldest deliveries, about `maximumBytesAtATime`. The others stay in the buffer and are counted in its size;
  /// handing out everything would let the buffer fill again while the taker holds as much.
  private func take() -> [Delivery] {
    var bytes = 0
    let last = arrived.firstIndex { delivery in
      bytes += delivery.size
      return bytes >= options.maximumBytesAtATime
    }
    let taken = Array(arrived.prefix(through: last ?? arrived.endIndex - 1))
    arrived.removeFirst(taken.count)
    bufferedBytes -= bytes
    lastTaken = taken.last?.tag.number ?? lastTaken
    if !isFull { readOn() }
    return taken
  }

  private func pauseReading() {
    let deadline = ContinuousClock.now + options.maximumPause
    connection.assumeIsolated { connection in
      guard !connection.isReadingPaused else { return }
      connection.isReadingPaused = true
      connection.setDeadline(deadline)
    }
  }

  private func readOn() {
    connection.assumeIsolated { connection in
      connection.readOn()
      connection.setDeadline(nil)
    }
  }

  private func endOverflow(after acknowledgements: [Acknowledgement]) {
    guard dropsArrivals, case .consuming = phase, arrived.isEmpty else { return }
    guard acknowledgements.contains(where: { $0.tag.number >= lastTaken }) else { return }
    let error = RabbitMQError.overflowed(queue: queue.text ?? "")
    connection.assumeIsolated { $0.close(because: error) }
  }

  func handle(_ events: [ChannelEvent]) {
    for event in events {
      switch event {
      case .inbound(.delivered(let delivery)): append(delivery)
      case .inbound(.consumerCancelled):
        let error = RabbitMQError.consumerCancelled(queue: queue.text ?? "")
        connection.assumeIsolated { $0.close(because: error) }
      case .deadlinePassed:
        dropsArrivals = true
        readOn()
      case .failed(let error): fail(error)
      case .inbound, .writable: break
      }
    }
    guard !arrived.isEmpty else { return }
    if isFull, !dropsArrivals, case .consuming = phase { pauseReading() }
    wake(&arrivalWaiters)
  }

  private var isFull: Bool { bufferedBytes > options.maximumBufferedBytes }

  private func append(_ delivery: Delivery) {
    guard !dropsArrivals else { return }
    arrived.append(delivery)
    bufferedBytes += delivery.size
  }

  private func fail(_ error: RabbitMQError) {
    phase = .failed(error)
    // They can no longer be acknowledged and will be redelivered.
    arrived = []
    for waiter in arrivalWaiters { waiter.resolve(.failure(error)) }
    arrivalWaiters = []
  }

  private func wake(_ waiters: inout [Waiter<Void>]) {
    for waiter in waiters { waiter.resolve() }
    waiters = []
  }
}
