import Foundation
package import RabbitMQClient
import Synchronization

/// A server that misbehaves, on a port of its own and with a thread of its own.
package final class FakeBroker: Sendable {
  /// What it does with the one connection that it accepts.
  package enum Behaviour: Sendable {
    /// Accepts, and never sends anything.
    case silent
    /// Sends these bytes, whatever it receives.
    case bytes([UInt8])
    /// Behaves until the channel is in confirm mode or consumes, and reads nothing from then on. Its heartbeats
    /// continue.
    case stopsReading
    /// Behaves until the channel is in confirm mode or consumes. From then on it sends what ``send(_:)`` is given.
    case obedient
    /// The same, and it opens further channels and confirms what is published.
    case confirming
    /// The same, but confirms nothing.
    case withholding
    /// The same as `confirming`, but it blocks publishers for so long after the first message: as RabbitMQ does, it then
    /// reads nothing.
    case blocking(seconds: Double)
  }

  /// What a confirming broker was given.
  package struct Publication: Sendable, Hashable {
    package let channel: UInt16
    package let exchange: String
  }

  package struct NotReady: Error {}

  package let port: Int
  private let listener: BlockingSocket
  private let client: Mutex<BlockingSocket?>
  private let published = Mutex<[Publication]>([])

  package init(_ behaviour: Behaviour) throws {
    let (listener, port) = try BlockingSocket.listening()
    listener.setReceiveBuffer(16_384)
    listener.setSegmentSize(536)
    self.listener = listener
    self.port = port
    client = Mutex(nil)
    Thread.detachNewThread { [weak self] in
      guard let socket = try? listener.accepted() else { return }
      self?.client.withLock { $0 = socket }
      try? Self.serve(socket, behaviour) { publication in self?.published.withLock { $0.append(publication) } }
    }
  }

  deinit {
    listener.cut()
    client.withLock { $0?.cut() }
  }

  package func configuration() throws -> RabbitMQConfiguration {
    try RabbitMQConfiguration(url: "amqp://guest:guest@127.0.0.1:\(port)")
  }

  /// What was published so far, in order.
  package var publications: [Publication] { published.withLock { $0 } }

  /// What the client sent but this has not read.
  package var unreadBytes: Int { client.withLock { $0?.unreadBytes ?? 0 } }

  /// Sends frames made by the test.
  package func send(_ frames: WireFrame...) throws {
    guard let socket = client.withLock({ $0 }) else { throw NotReady() }
    for frame in frames { try socket.write(frame.bytes) }
  }

  private static func serve(
    _ socket: BlockingSocket, _ behaviour: Behaviour, note: (Publication) -> Void
  ) throws {
    switch behaviour {
    case .silent: break
    case .bytes(let bytes): try socket.write(bytes)
    case .obedient: try answerUntilReady(socket)
    case .confirming:
      try answerUntilReady(socket)
      try answer(socket, confirms: true, note: note)
    case .withholding:
      try answerUntilReady(socket)
      try answer(socket, confirms: false, note: note)
    case .blocking(let seconds):
      try answerUntilReady(socket)
      var isFirst = true
      try answer(socket, confirms: true) { publication in
        note(publication)
        guard isFirst else { return }
        isFirst = false
        try send(.connectionBlocked, 0, "low on memory".shortStringBytes, to: socket)
        Thread.sleep(forTimeInterval: seconds)
        try send(.connectionUnblocked, 0, [], to: socket)
      }
    case .stopsReading:
      try answerUntilReady(socket)
      while true {
        try socket.write(WireFrame(kind: .heartbeat, channel: 0, payload: []).bytes)
        Thread.sleep(forTimeInterval: 0.2)
      }
    }
    while true { _ = try socket.read(1) }
  }

  private static func answerUntilReady(_ socket: BlockingSocket) throws {
    _ = try socket.read(8)
    let noTable = UInt32(0).bigEndianBytes
    try send(.connectionStart, 0, [0, 9] + noTable + "PLAIN".longStringBytes + "en_US".longStringBytes, to: socket)
    while let method = try WireFrame(from: socket).method {
      switch method {
      case .connectionStartOK:
        let tuning = UInt16(0).bigEndianBytes + UInt32(131_072).bigEndianBytes + UInt16(60).bigEndianBytes
        try send(.connectionTune, 0, tuning, to: socket)
      case .connectionOpen: try send(.connectionOpenOK, 0, [0], to: socket)
      case .channelOpen: try send(.channelOpenOK, 1, noTable, to: socket)
      case .basicQos: try send(.basicQosOK, 1, [], to: socket)
      case .confirmSelect: return try send(.confirmSelectOK, 1, [], to: socket)
      case .basicConsume: return try send(.basicConsumeOK, 1, "tag".shortStringBytes, to: socket)
      default: break
      }
    }
  }

  private static func answer(_ socket: BlockingSocket, confirms: Bool, note: (Publication) throws -> Void) throws {
    var numbers: [UInt16: UInt64] = [:]
    while true {
      let frame = try WireFrame(from: socket)
      switch frame.method {
      case .channelOpen: try send(.channelOpenOK, frame.channel, UInt32(0).bigEndianBytes, to: socket)
      case .confirmSelect: try send(.confirmSelectOK, frame.channel, [], to: socket)
      case .basicPublish:
        // Class, method and an unused number stand before the name.
        let name = frame.payload.dropFirst(7).prefix(Int(frame.payload[6]))
        try note(Publication(channel: frame.channel, exchange: String(decoding: name, as: UTF8.self)))
        numbers[frame.channel, default: 0] += 1
        guard confirms else { continue }
        try send(.basicAck, frame.channel, (numbers[frame.channel] ?? 0).bigEndianBytes + [0], to: socket)
      default: continue
      }
    }
  }

  private static func send(_ method: MethodID, _ channel: UInt16, _ arguments: [UInt8], to socket: BlockingSocket)
    throws
  {
    try socket.write(WireFrame(method: method, channel: channel, arguments: arguments).bytes)
  }
}
