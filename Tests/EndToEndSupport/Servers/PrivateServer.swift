import Foundation
import TestSupport

/// A server of the private stack (`bin/stack`), to be crashed and restarted: if ``BrokerControl/isAllowed``.
package enum PrivateServer: String, Sendable {
  case rabbitmq, postgres

  package struct Refused: Error, CustomStringConvertible {
    package let description: String
  }

  /// Ends all its processes by SIGKILL, and starts it again on its former port. Returns when it answers.
  ///
  /// - Parameter meanwhile: called while it is dead.
  package func crash(_ meanwhile: () async throws -> Void = {}) async throws {
    let victim = try pid
    if self == .rabbitmq { try await Self.syncDeclarations() }
    try await stack("kill")
    try await meanwhile()
    try await stack("start")
    // A crash that did not happen would prove nothing.
    guard try pid != victim else { throw Refused(description: "\(rawValue), process \(victim), still runs") }
    if self == .rabbitmq { try await Self.electLeaders() }
  }

  /// Of its main process, as `bin/stack` remembers it.
  private var pid: Int32 {
    get throws {
      let folder = URL(
        filePath: ProcessInfo.processInfo.environment["WORKSPACE_STACK_DIR"] ?? ".stack", relativeTo: root)
      let record = try String(contentsOf: folder.appending(path: "\(rawValue).pid"), encoding: .utf8)
      guard let pid = record.split(separator: " ").first.flatMap({ Int32($0) }) else {
        throw Refused(description: "\(rawValue) has no process")
      }
      return pid
    }
  }

  private var root: URL {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardized
  }

  /// Starts it on its former port. Returns when it answers.
  package func start() async throws {
    try await stack("start")
    if self == .rabbitmq { try await Self.electLeaders() }
  }

  /// RabbitMQ 4.0 answers a declaration before its log of declarations is on disk: of three bindings made right before
  /// a crash, one was gone afterwards. These tests are about what the worker publishes, not about their own bindings.
  private static func syncDeclarations() async throws { try await BrokerControl.run("eval", "mnesia:sync_log().") }

  /// After a restart of its only node, RabbitMQ (3.10 at least) occasionally leaves a quorum queue without a leader
  /// forever: publishers and consumers of it wait. An operator fixes it like this; if there is a leader, nothing
  /// happens. https://github.com/rabbitmq/rabbitmq-server/issues/10070
  ///
  /// A queue that is still reading its log answers too late: then all are queried again.
  private static func electLeaders() async throws {
    for attempt in 1...6 {
      do {
        return try await BrokerControl.run(
          "eval", "[ra:trigger_election({Name, node()}) || {Name, _} <- ra_directory:list_registered(quorum_queues)].")
      } catch {
        guard attempt < 6 else { throw error }
      }
    }
  }

  private func stack(_ action: String) async throws {
    guard BrokerControl.isAllowed else { throw Refused(description: "WORKSPACE_WORKER_MAY_KILL_SERVERS is not 1") }
    let program = try Program(
      root.appending(path: "bin/stack").path, [action, rawValue], environment: [:], folder: root)
    let exit = try await program.exit(within: .seconds(150))
    guard exit == .code(0) else { throw Refused(description: "bin/stack \(action) \(rawValue): \(program.errors)") }
  }
}
