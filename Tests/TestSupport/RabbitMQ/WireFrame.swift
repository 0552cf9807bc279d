/// A frame of AMQP 0-9-1, in wire format.
package struct WireFrame: Sendable, Equatable {
  package enum Kind: UInt8, Sendable {
    case method = 1
    case header = 2
    case body = 3
    case heartbeat = 8
  }

  package struct Malformed: Error {}

  package let kind: Kind
  package let channel: UInt16
  package let payload: [UInt8]

  package init(kind: Kind, channel: UInt16, payload: [UInt8]) {
    self.kind = kind
    self.channel = channel
    self.payload = payload
  }

  package init(method: MethodID, channel: UInt16, arguments: [UInt8]) {
    self.init(
      kind: .method, channel: channel, payload: method.classID.bigEndianBytes + method.id.bigEndianBytes + arguments)
  }

  /// The next frame that is not a heartbeat.
  package init(from socket: BlockingSocket) throws {
    repeat {
      let start = try socket.read(7)
      guard let kind = Kind(rawValue: start[0]) else { throw Malformed() }
      let size = start[3..<7].reduce(0) { $0 << 8 | Int($1) }
      let rest = try socket.read(size + 1)
      guard rest.last == 0xCE else { throw Malformed() }
      self.init(kind: kind, channel: UInt16(start[1]) << 8 | UInt16(start[2]), payload: Array(rest.dropLast()))
    } while kind == .heartbeat
  }

  package var method: MethodID? {
    guard kind == .method, payload.count >= 4 else { return nil }
    return MethodID(UInt16(payload[0]) << 8 | UInt16(payload[1]), UInt16(payload[2]) << 8 | UInt16(payload[3]))
  }

  package var bytes: [UInt8] {
    [kind.rawValue] + channel.bigEndianBytes + UInt32(payload.count).bigEndianBytes + payload + [0xCE]
  }
}

/// Class and number of a method. Source: AMQP 0-9-1 specification.
package struct MethodID: Sendable, Hashable {
  package let classID: UInt16
  package let id: UInt16

  package init(_ classID: UInt16, _ id: UInt16) {
    self.classID = classID
    self.id = id
  }

  package static let connectionStart = MethodID(10, 10)
  package static let connectionStartOK = MethodID(10, 11)
  package static let connectionTune = MethodID(10, 30)
  package static let connectionTuneOK = MethodID(10, 31)
  package static let connectionOpen = MethodID(10, 40)
  package static let connectionOpenOK = MethodID(10, 41)
  package static let connectionClose = MethodID(10, 50)
  package static let connectionCloseOK = MethodID(10, 51)
  package static let connectionBlocked = MethodID(10, 60)
  package static let connectionUnblocked = MethodID(10, 61)
  package static let channelOpen = MethodID(20, 10)
  package static let channelOpenOK = MethodID(20, 11)
  package static let basicQos = MethodID(60, 10)
  package static let basicQosOK = MethodID(60, 11)
  package static let basicConsume = MethodID(60, 20)
  package static let basicConsumeOK = MethodID(60, 21)
  package static let basicPublish = MethodID(60, 40)
  package static let basicDeliver = MethodID(60, 60)
  package static let basicGet = MethodID(60, 70)
  package static let basicGetOK = MethodID(60, 71)
  package static let basicAck = MethodID(60, 80)
  package static let confirmSelect = MethodID(85, 10)
  package static let confirmSelectOK = MethodID(85, 11)
}

extension FixedWidthInteger {
  package var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian, Array.init) }
}

extension String {
  package var shortStringBytes: [UInt8] { [UInt8(utf8.count)] + Array(utf8) }
  package var longStringBytes: [UInt8] { UInt32(utf8.count).bigEndianBytes + Array(utf8) }
}
