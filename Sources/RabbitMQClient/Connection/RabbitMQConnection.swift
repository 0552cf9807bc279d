internal import Coordination
internal import Messaging
internal import Synchronization
internal import ThreadExecutor

/// A connection to the broker, with a thread of its own that runs its jobs and, between them, waits for its socket.
///
/// It carries the channel of one ``RabbitMQConsumer`` or the channels of one ``RabbitMQPublisher``, plus short-lived
/// ones for declarations. Consumer and publisher have a connection each: a broker with an alarm blocks connections that
/// publish, and acknowledgements must not be held up by that.
///
/// When one of their channels closes, the connection closes: there is one thing to watch, ``waitUntilClosed()``.
package actor RabbitMQConnection: Closable, PollSource {
  enum Phase {
    case opening
    case open
    /// connection.close was sent, for this reason; its confirmation is pending.
    case closing(RabbitMQError)
    case closed(RabbitMQError)
  }

  struct Call {
    let request: MethodRequest
    let channel: UInt16
    /// While reading is paused, nothing is read for this call's answer, and its deadline does not apply.
    let isPatient: Bool
    var deadline: ContinuousClock.Instant
    let waiter: Waiter<MethodReply>
  }

  /// The channels that a consumer or publisher may use.
  static let listenerChannels: ClosedRange<UInt16> = 1...4
  /// The channel of the consumer, or the publisher's first.
  static let mainChannel = listenerChannels.lowerBound
  /// The generation of the connection that this process opened last.
  private static let generations = Atomic<UInt64>(0)

  package nonisolated let configuration: RabbitMQConfiguration
  /// The number in the tags of deliveries on this connection: it increases with each connection of the process.
  package nonisolated let generation: UInt64

  private nonisolated let executor: ThreadExecutor
  nonisolated let watchdog = SocketWatchdog()
  private nonisolated let blockage = Mutex<String?>(nil)
  /// Sent when the connection is gone, with the reason.
  nonisolated let closure = Signal<RabbitMQError>()

  var phase = Phase.opening
  var handle: ConnectionHandle?
  var decoder: FrameDecoder
  weak var listener: (any ChannelListener)?
  /// In the order of sending, which is the order of the answers on each channel.
  var calls: [Call] = []
  /// Numbers of short-lived channels that are free again, and the highest ever used.
  var freeChannels: [UInt16] = []
  var lastChannel = listenerChannels.upperBound

  /// Whether reading is paused, to accept no more deliveries.
  var isReadingPaused = false
  /// Whether the last round of reading ended before everything was read.
  var hasUnreadInput = false
  var waitsForWriting = false
  var listenerDeadline: ContinuousClock.Instant?
  var closeDeadline: ContinuousClock.Instant?

  /// What the broker said about itself.
  package internal(set) var serverProperties = ServerProperties(product: nil, version: nil, clusterName: nil)

  package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
  /// The connection's thread, for tasks that do little else than use the connection.
  package nonisolated var taskExecutor: any TaskExecutor { executor }

  /// - Throws: `exhausted` if the process can't open a descriptor or start a thread.
  init(_ configuration: RabbitMQConfiguration) throws(RabbitMQError) {
    self.configuration = configuration
    generation = Self.generations.add(1, ordering: .relaxed).newValue
    decoder = FrameDecoder(generation: generation, maximumFrameBytes: Int(ConnectionHandle.frameBytes))
    do throws(ThreadExecutor.Unavailable) {
      executor = try ThreadExecutor(name: configuration.threadName)
    } catch {
      throw .exhausted(reason: error.reason)
    }
  }

  /// From here on the thread waits for the socket between its jobs.
  func watchSocket() { executor.attach(self) }

  /// Why the broker has blocked publishing, such as `low on memory`; nil if it has not.
  package nonisolated var blockedReason: String? { blockage.withLock { $0 } }
  package nonisolated var isBlocked: Bool { blockedReason != nil }

  /// Why the connection can't be used.
  var failure: RabbitMQError {
    switch phase {
    case .closing(let error), .closed(let error): error
    case .opening, .open: .closed
    }
  }

  func openHandle() throws(RabbitMQError) -> ConnectionHandle {
    guard case .open = phase, let handle else { throw failure }
    return handle
  }

  func setBlockage(_ reason: String?) {
    blockage.withLock { $0 = reason }
    // A broker that has blocked publishing may stop reading for any length of time: then only its silence counts, which
    // heartbeats detect.
    handle?.setUnacknowledgedDataTimeout(reason == nil ? configuration.unacknowledgedDataTimeout : .zero)
  }
}
