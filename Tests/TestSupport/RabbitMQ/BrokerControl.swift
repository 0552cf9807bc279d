import Foundation
package import Testing

/// What an operator does to the whole broker of the private stack: unsuitable while other tests use it.
package enum BrokerControl {
  /// Enabled by WORKSPACE_WORKER_MAY_KILL_SERVERS=1, for runs with exclusive servers.
  package static var isAllowed: Bool { ProcessInfo.processInfo.environment["WORKSPACE_WORKER_MAY_KILL_SERVERS"] == "1" }

  package struct Failed: Error, CustomStringConvertible {
    package let description: String
  }

  /// Runs `rabbitmqctl`. Returns when it is done.
  package static func run(_ arguments: String...) async throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardized
    let process = Process()
    process.executableURL = root.appending(path: "bin/stack")
    process.arguments = ["ctl"] + arguments
    process.standardOutput = FileHandle.nullDevice
    let ended = Watched<Int32?>(nil)
    process.terminationHandler = { process in ended.update { $0 = process.terminationStatus } }
    try process.run()
    let status = try await Patience.wait(for: "rabbitmqctl \(arguments) ends") { try await ended.wait { $0 != nil } }
    guard status == 0 else { throw Failed(description: "rabbitmqctl \(arguments) exited with \(status ?? -1)") }
  }
}

extension Trait where Self == ConditionTrait {
  /// Runs only if nobody else uses the servers.
  package static var needsServersAlone: Self {
    .enabled(if: BrokerControl.isAllowed, "needs WORKSPACE_WORKER_MAY_KILL_SERVERS=1 and a stack of its own")
  }
}
