import Glibc

/// A client's connection to the server, through a ``FaultProxy``.
struct ProxiedConnection {
  private let client: ProxySocket
  private let server: ProxySocket
  private var requests = ProxyStream()
  private var answers = ProxyStream()
  private var isBroken = false

  init(client: ProxySocket, server: ProxySocket) {
    self.client = client
    self.server = server
  }

  /// What to poll its sockets for; 0 for nothing, not even for errors.
  var interests: [(descriptor: Int32, events: Int16)] {
    [
      (client.descriptor, Self.events(reading: requests.wantsInput, writing: answers.wantsOutput)),
      (server.descriptor, Self.events(reading: answers.wantsInput, writing: requests.wantsOutput)),
    ]
  }

  /// Moves what can be moved without blocking.
  ///
  /// - Returns: whether the connection continues.
  mutating func moveBytes(swallowingAnswers: Bool, _ traffic: inout ProxyTraffic) -> Bool {
    if swallowingAnswers {
      traffic.bytesSwallowed += answers.discard(from: server)
    } else {
      traffic.bytesToClient += answers.move(from: server, to: client)
    }
    traffic.bytesToServer += requests.move(from: client, to: server)
    isBroken = requests.isBroken || answers.isBroken
    return !isBroken && !(requests.isFinished && answers.isFinished)
  }

  /// Closes its sockets after the last ``moveBytes(swallowingAnswers:_:)``: remaining peers learn how it ended.
  func finish() { close(isBroken ? .reset : .end) }

  func close(_ how: FaultProxy.Cut) {
    for socket in [client, server] {
      switch how {
      case .reset: socket.reset()
      case .end: socket.end()
      }
    }
  }

  func dropsPackets(_ drops: Bool) {
    for socket in [client, server] { socket.dropsPackets(drops) }
  }

  private static func events(reading: Bool, writing: Bool) -> Int16 {
    Int16((reading ? POLLIN : 0) | (writing ? POLLOUT : 0))
  }
}
