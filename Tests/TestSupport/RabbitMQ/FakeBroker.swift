import Foundation
package import RabbitMQClient

/// A server that misbehaves, on a port of its own and with a thread of its own.
package final class FakeBroker: Sendable {
  /// What it does with the one connection that it accepts.
  package enum Behaviour: Sendable {
    /// Accepts, and never says a word.
    case silent
    /// Answers with these bytes and goes on listening.
    case bytes([UInt8])
    /// Behaves until the channel is in confirm mode, and reads nothing from then on. It goes on sending heartbeats.
    case stopsReading
    /// Behaves until the channel is in confirm mode or consumes, sends these frames and then answers nothing.
    case sends([WireFrame])
  }

  package let port: Int
  private let listener: BlockingSocket

  package init(_ behaviour: Behaviour) throws {
    let (listener, port) = try BlockingSocket.listening()
    listener.setReceiveBuffer(16_384)
    self.listener = listener
    self.port = port
    Thread.detachNewThread { try? Self.serve(listener, behaviour) }
  }

  deinit { listener.cut() }

  package func configuration() throws -> RabbitMQConfiguration {
    try RabbitMQConfiguration(url: "amqp://guest:guest@127.0.0.1:\(port)")
  }

  private static func serve(_ listener: BlockingSocket, _ behaviour: Behaviour) throws {
    let socket = try listener.accepted()
    switch behaviour {
    case .silent: try waitForEnd(socket)
    case .bytes(let bytes):
      try socket.write(bytes)
      try waitForEnd(socket)
    case .stopsReading:
      try answerUntilReady(socket)
      while true {
        try socket.write(WireFrame(kind: .heartbeat, channel: 0, payload: []).bytes)
        Thread.sleep(forTimeInterval: 0.2)
      }
    case .sends(let frames):
      try answerUntilReady(socket)
      for frame in frames { try socket.write(frame.bytes) }
      try waitForEnd(socket)
    }
  }

  private static func waitForEnd(_ socket: BlockingSocket) throws {
    while true { _ = try socket.read(1) }
  }

  private static func answerUntilReady(_ socket: BlockingSocket) throws {
    _ = try socket.read(8)
    let noTable = UInt32(0).bigEndianBytes
    try send(.connectionStart, 0, [0, 9] + noTable + "PLAIN".longStringBytes + "en_US".longStringBytes, to: socket)
    while let method = try WireFrame(from: socket).method {
      switch method {
      case .connectionStartOK:
        try send(.connectionTune, 0, UInt16(0).bigEndianBytes + UInt32(131_072).bigEndianBytes + UInt16(60).bigEndianBytes, to: socket)
      case .connectionOpen: try send(.connectionOpenOK, 0, [0], to: socket)
      case .channelOpen: try send(.channelOpenOK, 1, noTable, to: socket)
      case .basicQos: try send(.basicQosOK, 1, [], to: socket)
      case .confirmSelect: return try send(.confirmSelectOK, 1, [], to: socket)
      case .basicConsume: return try send(.basicConsumeOK, 1, "tag".shortStringBytes, to: socket)
      default: break
      }
    }
  }

  private static func send(_ method: MethodID, _ channel: UInt16, _ arguments: [UInt8], to socket: BlockingSocket) throws {
    try socket.write(WireFrame(method: method, channel: channel, arguments: arguments).bytes)
  }
}
