import EndToEndSupport
import Foundation
import Glibc
import Messaging
import TestSupport
import Testing

/// The port for health and metrics, and what clients of it can't do.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct HTTPPortTests {
  @Test(arguments: ["livez", "readyz", "metrics"]) func `HEAD is answered like GET, without a body`(path: String)
    async throws
  {
    let deployment = try Deployment.current
    let worker = try await deployment.activeWorker()
    try await worker.becomesReady()
    let head = try await worker.health(path, method: "HEAD")
    #expect(head.status == 200 && head.body.isEmpty)
    #expect(try await worker.health(path).body.isEmpty == false)
    #expect(try await worker.drain() == .code(0))
  }

  @Test func `a port that is in use is reported with its settings`() async throws {
    let deployment = try Deployment.current
    let (listener, port) = try BlockingSocket.listening()
    let program = try await deployment.run("serve", environment: ["HTTP_PORT": "\(port)"])
    #expect(program.exit == .code(1))
    for part in ["127.0.0.1:\(port)", "http.host", "http.port", "in use"] {
      #expect(program.errors.contains(part), "\(program.errors)")
    }
    withExtendedLifetime(listener) {}
  }

  /// Requests that never end, in three ways: nothing, a head byte by byte, a body byte by byte.
  @Test(arguments: [
    "", "GET /livez HTTP/1.1\r\nHost: a\r\nX: ", "GET /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n",
  ])
  func `connections that never finish are closed, and others are served`(beginning: String) async throws {
    let deployment = try Deployment.current
    let worker = try await deployment.activeWorker()
    let idle = try await idleConnections(60, to: worker, saying: beginning)
    #expect(try await worker.health("livez").status == 200)
    for connection in idle.prefix(4) { await expectEnd(of: connection) }
    #expect(try await worker.drain() == .code(0))
  }

  @Test func `half of the descriptors are enough for the worker itself, whatever others hold and whatever reconnects`()
    async throws
  {
    let deployment = try Deployment.current
    // Raised to the 272 that it needs; half of them are taken away again.
    let worker = try deployment.startWorker(descriptors: "64:4096")
    try await worker.becomesReady()
    try await limitDescriptors(of: worker, to: 136, of: 272)
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let idle = try await idleConnections(200, to: worker)
    try await deployment.host.broker.management.closeConnections(
      withPrefix: "workspace-worker", in: deployment.host.name)
    try await deployment.endActiveSession()
    try await sender.send([.createRoot(Command.newID(), id: Command.newID())])
    #expect(try await results.first(1).first?.event?.type == "workspace.create_root.succeeded")
    #expect(!worker.program.errors.contains("no descriptor"), "\(worker.program.errors)")
    #expect(try await worker.drain() == .code(0))
    withExtendedLifetime(idle) {}
    await sender.close()
    await results.close()
  }

  @Test func `a descriptor limit that can't be raised far enough is reported`() async throws {
    let deployment = try Deployment.current
    let refused = try await deployment.run("serve", descriptors: "64:200")
    #expect(refused.exit == .code(78))
    #expect(refused.errors.contains("may open 200 descriptors and needs 272"), "\(refused.errors)")
  }

  /// prlimit(1) of util-linux, for a process that runs.
  private func limitDescriptors(of worker: WorkerProcess, to count: Int, of before: Int) async throws {
    let limits = try #require(FileManager.default.contents(atPath: "/proc/\(worker.pid)/limits"))
    let line = String(decoding: limits, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("Max open files") }
    #expect(line?.split(separator: " ").dropFirst(3).first == "\(before)")
    let change = try Program(
      "/usr/bin/prlimit", ["--pid", "\(worker.pid)", "--nofile=\(count)"], environment: [:],
      folder: FileManager.default.temporaryDirectory)
    #expect(try await change.exit() == .code(0), "\(change.errors)")
  }

  private func idleConnections(_ count: Int, to worker: WorkerProcess, saying text: String = "") async throws
    -> [BlockingSocket]
  {
    let port = try await worker.port()
    return try (0..<count).map { _ in
      let socket = try BlockingSocket.connected(toPort: port)
      if !text.isEmpty { try socket.write(Array(text.utf8)) }
      return socket
    }
  }

  /// Keeps reading until the worker ends it: an answer may come before.
  private func expectEnd(of socket: BlockingSocket) async {
    let end = await #expect(throws: BlockingSocket.Failed.self) {
      try await onOwnThread { while true { _ = try socket.read(1) } }
    }
    #expect(end?.code != EAGAIN, "the worker has not ended it in time")
  }
}
