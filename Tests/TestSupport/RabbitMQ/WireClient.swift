package import RabbitMQClient
import Secrets

/// A client that shares no code with the one under test: it sends and receives raw bytes. It waits for the broker on
/// threads of its own.
package final class WireClient: Sendable {
  private let socket: BlockingSocket

  package struct Unexpected: Error {
    package let method: MethodID?
  }

  /// Logs in, and opens channel 1 in confirm mode.
  package init(_ configuration: RabbitMQConfiguration) async throws {
    socket = try await onOwnThread { try BlockingSocket.connected(toPort: configuration.port) }
    try await onOwnThread { [self] in try logIn(configuration) }
  }

  private func logIn(_ configuration: RabbitMQConfiguration) throws {
    guard case .plain(let user, let password) = configuration.authentication else { throw Unexpected(method: nil) }
    try socket.write(Array("AMQP".utf8) + [0, 0, 9, 1])
    try expect(.connectionStart)
    let login = "\0\(user)\0\(try password.reveal())"
    try send(
      .connectionStartOK, on: 0,
      UInt32(0).bigEndianBytes + "PLAIN".shortStringBytes + login.longStringBytes + "en_US".shortStringBytes)
    try expect(.connectionTune)
    try send(
      .connectionTuneOK, on: 0, UInt16(1).bigEndianBytes + UInt32(131_072).bigEndianBytes + UInt16(0).bigEndianBytes)
    try send(.connectionOpen, on: 0, configuration.virtualHost.shortStringBytes + [0, 0])
    try expect(.connectionOpenOK)
    try send(.channelOpen, on: 1, [0])
    try expect(.channelOpenOK)
    try send(.confirmSelect, on: 1, [0])
    try expect(.confirmSelectOK)
  }

  /// Publishes to a queue and waits for the confirm.
  ///
  /// - Parameter properties: flags and property list, as in the header frame.
  package func publish(_ body: [UInt8], properties: [UInt8], to queue: String) async throws {
    try await onOwnThread { [self] in
      try send(.basicPublish, on: 1, [0, 0] + "".shortStringBytes + queue.shortStringBytes + [0])
      let header = UInt16(60).bigEndianBytes + [0, 0] + UInt64(body.count).bigEndianBytes + properties
      try socket.write(WireFrame(kind: .header, channel: 1, payload: header).bytes)
      if !body.isEmpty { try socket.write(WireFrame(kind: .body, channel: 1, payload: body).bytes) }
      try expect(.basicAck)
    }
  }

  /// Takes a message from a queue that has one.
  ///
  /// - Returns: flags and property list as in the header frame, and the body.
  package func get(from queue: String) async throws -> (properties: [UInt8], body: [UInt8]) {
    try await onOwnThread { [self] in
      try send(.basicGet, on: 1, [0, 0] + queue.shortStringBytes + [1])
      try expect(.basicGetOK)
      return try content()
    }
  }

  private func content() throws -> (properties: [UInt8], body: [UInt8]) {
    let header = try WireFrame(from: socket).payload
    let size = header[4..<12].reduce(0) { $0 << 8 | Int($1) }
    var body: [UInt8] = []
    while body.count < size { body += try WireFrame(from: socket).payload }
    return (Array(header[12...]), body)
  }

  /// Requests direct replies: messages published after this may name `amq.rabbitmq.reply-to` as its reply address.
  package func consumeDirectReplies() async throws {
    try await onOwnThread { [self] in
      let noAcknowledgement: UInt8 = 2
      let names = "amq.rabbitmq.reply-to".shortStringBytes + "replies".shortStringBytes
      let arguments = [0, 0] + names + [noAcknowledgement, 0, 0, 0, 0]
      try send(.basicConsume, on: 1, arguments)
      try expect(.basicConsumeOK)
    }
  }

  /// Waits for the next delivery of what it consumes.
  package func deliveredBody() async throws -> [UInt8] {
    try await onOwnThread { [self] in
      try expect(.basicDeliver)
      return try content().body
    }
  }

  private func send(_ method: MethodID, on channel: UInt16, _ arguments: [UInt8]) throws {
    try socket.write(WireFrame(method: method, channel: channel, arguments: arguments).bytes)
  }

  private func expect(_ method: MethodID) throws {
    let frame = try WireFrame(from: socket)
    guard frame.method == method else { throw Unexpected(method: frame.method) }
  }
}
