import Foundation
import Glibc
import TestSupport

/// A worker that serves a queue.
package struct WorkerProcess: Sendable {
  package struct Health: Sendable, Equatable {
    package let status: Int
    package let body: String
  }

  package let program: Program

  package var pid: Int32 { program.pid }

  package func becomesActive() async throws { try await program.says("the worker is active") }
  package func standsBy() async throws { try await program.says("another worker of this queue is active") }

  /// Asks it to drain, and waits for its end.
  @discardableResult
  package func drain(by signal: Int32 = SIGTERM) async throws -> Program.Exit {
    program.signal(signal)
    return try await program.exit()
  }

  /// Queries its health server.
  package func health(_ path: String = "readyz", method: String = "GET") async throws -> Health {
    let answer = try await HTTPCall(method, "http://127.0.0.1:\(try await port())/\(path)").answer()
    return Health(status: answer.status, body: String(decoding: answer.body, as: UTF8.self))
  }

  package func becomesReady() async throws {
    try await Patience.poll(for: "worker \(pid) is ready") { try await health().status == 200 }
  }

  /// The port of its health server, chosen by the worker.
  package func port() async throws -> Int {
    let announcement = "listening on 127.0.0.1:"
    try await program.says(announcement)
    guard let line = program.errors.firstRange(of: announcement),
      let port = Int(program.errors[line.upperBound...].prefix { $0.isNumber })
    else { throw URLError(.badURL) }
    return port
  }
}
