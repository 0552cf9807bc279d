import Glibc

/// The listener and the connections of a ``FaultProxy``. Used under a lock: no call blocks.
struct ProxyRelay {
  enum Mode {
    case forwarding, frozen, dropping, swallowingAnswers

    var movesBytes: Bool { self == .forwarding || self == .swallowingAnswers }
  }

  /// What the thread polls for.
  struct Interest {
    enum Subject {
      case listener
      case connection(Int)
    }

    let subject: Subject
    let descriptor: Int32
    let events: Int16
  }

  private let reservation: PortReservation
  private let serverPort: Int
  private var listener: ProxySocket?
  private var connections: [Int: ProxiedConnection] = [:]
  private var mode = Mode.forwarding
  private var counted = ProxyTraffic()
  var isClosing = false

  init(reservation: PortReservation, serverPort: Int) throws {
    self.reservation = reservation
    self.serverPort = serverPort
    try listen()
  }

  var traffic: ProxyTraffic {
    var traffic = counted
    traffic.liveConnections = connections.count
    return traffic
  }

  mutating func listen() throws {
    guard listener == nil else { return }
    let listener = try reservation.listen()
    listener.dropsPackets(mode == .dropping)
    self.listener = listener
  }

  mutating func stopListening() {
    listener?.stopListening()
    listener = nil
  }

  mutating func enter(_ mode: Mode) {
    self.mode = mode
    listener?.dropsPackets(mode == .dropping)
    for connection in connections.values { connection.dropsPackets(mode == .dropping) }
  }

  mutating func cut(_ how: FaultProxy.Cut) {
    for connection in connections.values { connection.close(how) }
    connections = [:]
  }

  mutating func close() {
    cut(.reset)
    stopListening()
    reservation.socket.close()
    counted.isClosed = true
  }

  func interests() -> [Interest] {
    guard mode.movesBytes else { return [] }
    var interests: [Interest] = []
    if let listener {
      interests.append(Interest(subject: .listener, descriptor: listener.descriptor, events: Int16(POLLIN)))
    }
    for (number, connection) in connections {
      for (descriptor, events) in connection.interests where events != 0 {
        interests.append(Interest(subject: .connection(number), descriptor: descriptor, events: events))
      }
    }
    return interests
  }

  /// Something can be done. The mode, or the connection, may have changed by now.
  mutating func service(_ interest: Interest) {
    guard mode.movesBytes else { return }
    switch interest.subject {
    case .listener: acceptClient()
    case .connection(let number): moveBytes(of: number)
    }
  }

  private mutating func acceptClient() {
    guard let client = listener?.accepted() else { return }
    counted.acceptedConnections += 1
    guard let server = try? ProxySocket.connecting(toPort: serverPort) else { return client.reset() }
    connections[counted.acceptedConnections] = ProxiedConnection(client: client, server: server)
  }

  private mutating func moveBytes(of number: Int) {
    guard let isOpen = connections[number]?.moveBytes(swallowingAnswers: mode == .swallowingAnswers, &counted) else {
      return
    }
    if !isOpen { connections.removeValue(forKey: number)?.finish() }
  }
}
