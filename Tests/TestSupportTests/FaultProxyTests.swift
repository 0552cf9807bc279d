import Foundation
import TestSupport
import Testing

/// What tests of lost connections rely on in ``FaultProxy``.
@Suite struct FaultProxyTests {
  private let server: BlockingSocket
  private let proxy: FaultProxy

  init() throws {
    let (server, port) = try BlockingSocket.listening()
    self.server = server
    proxy = try FaultProxy(toPort: port)
  }

  private func connect() throws -> (client: BlockingSocket, server: BlockingSocket) {
    let client = try BlockingSocket.connected(toPort: proxy.port)
    return (client, try server.accepted())
  }

  @Test func `bytes go both ways, and the end of one side reaches the other`() async throws {
    let (client, server) = try connect()
    try client.write([1, 2])
    #expect(try server.read(2) == [1, 2])
    try server.write([3])
    #expect(try client.read(1) == [3])
    client.cut()
    #expect(throws: BlockingSocket.Failed(call: "recv", code: 0)) { try server.read(1) }
    server.cut()
    try await proxy.wait(for: "the connection is gone") { $0.liveConnections == 0 }
    #expect(proxy.traffic.value.bytesToServer == 2)
    #expect(proxy.traffic.value.bytesToClient == 1)
  }

  @Test(arguments: [(FaultProxy.Cut.reset, ECONNRESET), (.end, 0)])
  func `a cut ends the present connections, on both sides, and new ones work`(how: FaultProxy.Cut, code: Int32) throws {
    let (client, server) = try connect()
    try client.write([1])
    #expect(try server.read(1) == [1])
    proxy.cut(how)
    #expect(throws: BlockingSocket.Failed(call: "recv", code: code)) { try client.read(1) }
    #expect(throws: BlockingSocket.Failed(call: "recv", code: code)) { try server.read(1) }
    #expect(proxy.traffic.value.liveConnections == 0)
    let next = try connect()
    try next.client.write([2])
    #expect(try next.server.read(1) == [2])
    #expect(proxy.traffic.value.acceptedConnections == 2)
  }

  @Test func `a frozen proxy accepts connections and bytes, and forwards nothing until it thaws`() throws {
    let (client, server) = try connect()
    proxy.freeze()
    try client.write([1])
    try server.write([2])
    let late = try BlockingSocket.connected(toPort: proxy.port)
    try late.write([3])
    let before = proxy.traffic.value
    #expect(before.acceptedConnections == 1)
    #expect(before.bytesToServer + before.bytesToClient == 0)
    proxy.thaw()
    #expect(try server.read(1) == [1])
    #expect(try client.read(1) == [2])
    #expect(try self.server.accepted().read(1) == [3])
  }

  @Test func `a proxy that drops packets acknowledges nothing until it thaws`() throws {
    let (client, server) = try connect()
    proxy.dropPackets()
    try client.write([1])
    #expect(client.unacknowledgedBytes == 1)
    #expect(proxy.traffic.value.bytesToServer == 0)
    proxy.thaw()
    // The kernel sends the dropped packet again.
    #expect(try server.read(1) == [1])
  }

  @Test func `a client that vanished is noticed once packets pass again`() async throws {
    let (client, server) = try connect()
    try client.write([1])
    #expect(try server.read(1) == [1])
    proxy.dropPackets()
    client.reset()
    proxy.thaw()
    try await proxy.wait(for: "the connection is gone") { $0.liveConnections == 0 }
    let end = #expect(throws: BlockingSocket.Failed.self) { try server.read(1) }
    #expect(end?.code != EAGAIN, "it has ended, not only said nothing for long")
  }

  @Test func `swallowed answers never arrive, while requests do`() async throws {
    let (client, server) = try connect()
    proxy.swallowAnswers()
    try server.write([1, 2, 3])
    try await proxy.wait(for: "three bytes are swallowed") { $0.bytesSwallowed == 3 }
    try client.write([4])
    #expect(try server.read(1) == [4])
    proxy.forward()
    try server.write([5])
    #expect(try client.read(1) == [5])
  }

  @Test func `a proxy that refuses leaves present connections alone, and keeps its port`() throws {
    let (client, server) = try connect()
    proxy.refuse()
    #expect(throws: BlockingSocket.Failed(call: "connect", code: ECONNREFUSED)) {
      try BlockingSocket.connected(toPort: proxy.port)
    }
    try client.write([1])
    #expect(try server.read(1) == [1])
    try proxy.accept()
    let next = try connect()
    try next.client.write([2])
    #expect(try next.server.read(1) == [2])
  }

  @Test func `data larger than all buffers arrives whole and in order`() async throws {
    let (client, server) = try connect()
    let bytes = (0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    Thread.detachNewThread { try? client.write(bytes) }
    #expect(try server.read(bytes.count) == bytes)
  }

  @Test func `a closed proxy has released everything`() async throws {
    let (client, server) = try connect()
    try await proxy.close()
    #expect(throws: BlockingSocket.Failed(call: "recv", code: ECONNRESET)) { try client.read(1) }
    #expect(throws: BlockingSocket.Failed(call: "recv", code: ECONNRESET)) { try server.read(1) }
    #expect(throws: BlockingSocket.Failed(call: "connect", code: ECONNREFUSED)) {
      try BlockingSocket.connected(toPort: proxy.port)
    }
  }

  @Test func `whatever the order of events from the thread and calls, the proxy ends closed`() async throws {
    let port = proxy.port
    try await withThrowingTaskGroup { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<250 {
            let proxy = try FaultProxy(toPort: port)
            let client = try BlockingSocket.connected(toPort: proxy.port)
            let writer = Thread { while (try? client.write([1])) != nil {} }
            writer.start()
            try await proxy.close()
            #expect(proxy.traffic.value.isClosed)
          }
        }
      }
      try await group.waitForAll()
    }
  }
}
