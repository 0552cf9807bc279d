import EndToEndSupport
import Foundation
import Glibc
import TestSupport
import Testing

@Suite(.needsBroker, .requiresPostgres, .emptyDeployment)
struct ServiceManagerTests {
  @Test func `a service manager learns that the worker is ready, what it does, that it is alive and that it stops`()
    async throws
  {
    let deployment = try Deployment.current
    // The path of a Unix socket has to be short (unix(7)).
    let path = "/tmp/workspace-worker-\(UInt32.random(in: 0 ... .max))"
    defer { unlink(path) }
    let manager = try PythonTool.start("notify_socket", [path])
    try await says(manager, "listening")
    let worker = try deployment.startWorker(["NOTIFY_SOCKET": path, "WATCHDOG_USEC": "600000"])
    try await says(manager, "STATUS=connecting")
    try await says(manager, "WATCHDOG=1")
    #expect(!manager.output.contains("READY=1"), "the worker waits for migrations")
    try await deployment.prepare()
    try await says(manager, "READY=1")
    try await says(manager, "STATUS=active")
    let signs = manager.output.split(separator: "\n").count { $0 == "WATCHDOG=1" }
    try await Patience.poll(for: "further watchdog notifications") {
      manager.output.split(separator: "\n").count { $0 == "WATCHDOG=1" } > signs + 3
    }
    #expect(try await worker.drain() == .code(0))
    try await says(manager, "STOPPING=1")
    #expect(manager.output.split(separator: "\n").count { $0 == "READY=1" } == 1)
    try await manager.crash()
  }

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/systemd-analyze")))
  func `systemd finds no mistake in the unit, and its exposure is low`() async throws {
    let folder = try Deployment.current.folder
    let unit = folder.appending(path: "workspace-worker.service")
    let text = try String(
      contentsOf: PythonTool.repository.appending(path: "config/systemd/workspace-worker.service"), encoding: .utf8)
    try text.replacing("/usr/local/bin/workspace-worker", with: "/bin/true").write(
      to: unit, atomically: true, encoding: .utf8)
    for arguments in [
      ["verify", unit.path], ["security", "--offline=true", "--threshold=15", "--no-pager", unit.path],
    ] {
      let program = try Program("/usr/bin/systemd-analyze", arguments, environment: [:], folder: folder)
      #expect(try await program.exit() == .code(0), "\(arguments): \(program.output.suffix(300)) \(program.errors)")
      #expect(arguments[0] != "verify" || !program.errors.contains("workspace-worker.service"), "\(program.errors)")
    }
  }

  private func says(_ manager: Program, _ line: String) async throws {
    try await Patience.poll(for: "the manager receives \(line); it received \(manager.output)") {
      manager.output.split(separator: "\n").contains { $0.hasPrefix(line) }
    }
  }
}
