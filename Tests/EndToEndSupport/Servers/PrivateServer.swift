import Foundation
import TestSupport

/// A server of the private stack (`bin/stack`), to be crashed and started again.
package enum PrivateServer: String, Sendable {
  case rabbitmq, postgres

  /// Whether the tests may do that: only where nobody else uses the stack of WORKSPACE_STACK_DIR meanwhile.
  package static var mayBeKilled: Bool { ProcessInfo.processInfo.environment["WORKSPACE_WORKER_MAY_KILL_SERVERS"] == "1" }

  package struct Refused: Error, CustomStringConvertible {
    package let description: String
  }

  /// Ends all its processes by SIGKILL. Returns when they are gone.
  package func kill() async throws { try await stack("kill", rawValue) }

  /// Starts it on its former port. Returns when it answers.
  package func start() async throws {
    try await stack("start", rawValue)
    if self == .rabbitmq { try await electLeaders() }
  }

  /// After a restart of its only node, RabbitMQ (3.10 at least) now and then leaves a quorum queue without a leader, for
  /// ever: whoever publishes to it or consumes it waits. An operator helps it like this, and where there is a leader
  /// nothing happens. https://github.com/rabbitmq/rabbitmq-server/issues/10070
  private func electLeaders() async throws {
    let election = "[ra:trigger_election({Name, node()}) || {Name, _} <- ra_directory:list_registered(quorum_queues)]."
    try await stack("ctl", "eval", election)
  }

  private func stack(_ arguments: String...) async throws {
    guard Self.mayBeKilled else { throw Refused(description: "WORKSPACE_WORKER_MAY_KILL_SERVERS is not 1") }
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardized
    let program = try Program(
      root.appending(path: "bin/stack").path, arguments, environment: [:], folder: root)
    let exit = try await program.exit(within: .seconds(150))
    guard exit == .code(0) else { throw Refused(description: "bin/stack \(arguments): \(program.errors)") }
  }
}
