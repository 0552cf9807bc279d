import EndToEndSupport
import Foundation
import Messaging
import TestSupport
import Testing

/// Data that did not reach its reader is a failure; and what others wrote is data, not commands to a terminal.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct OutputTests {
  /// Runs the program with a standard output that accepts nothing.
  private func runIntoFullDevice(_ arguments: [String]) async throws -> (exit: Program.Exit, errors: String) {
    let deployment = try Deployment.current
    let program = try Program(
      "/bin/sh", ["-c", #"exec "$0" "$@" > /dev/full"#, try Program.builtBesideThis] + arguments,
      environment: try deployment.environment, folder: deployment.folder)
    return (try await program.exit(), program.errors)
  }

  private func publish(_ body: String, routingKey: ShortString = "workspace.get") async throws {
    let message = AMQPMessage(
      exchange: "workspace.commands", routingKey: routingKey, properties: MessageProperties(), body: Array(body.utf8))
    try await Deployment.current.host.withPublisher { try await $0.publish([message]) }
  }

  @Test func `a command that can't write its output fails, and says why`() async throws {
    let deployment = try Deployment.current
    let worker = try await deployment.activeWorker()
    try await publish("{")
    try await Patience.poll(for: "a dead letter") { try await deployment.letters().count == 1 }
    let tenant = Command.newID()
    for arguments in [
      ["dead-letters", "export", "--all"], ["dead-letters", "list"],
      ["dead-letters", "list", "--group-by", "reason", "--format", "json"],
      ["dead-letters", "plans"], ["parked", "list"], ["migrate", "status"], ["topology", "plan"], ["config", "show"],
      ["doctor"],
      ["schema"], ["schema", "--list"], ["schema", "workspace.create"],
      ["send", "workspace.list", "--tenant", tenant], ["send", "workspace.list", "--tenant", tenant, "--wait"],
    ] {
      let (exit, errors) = try await runIntoFullDevice(arguments)
      #expect(exit == .code(1), "\(arguments): \(errors)")
      #expect(errors.contains("standard output can't be written: No space left on device"), "\(arguments): \(errors)")
    }
    #expect(try await worker.drain() == .code(0))
  }

  @Test func `a closed reader is reported like any other error`() async throws {
    let deployment = try Deployment.current
    // The reader is gone before the program starts.
    let script = #"mkfifo gate; { read -r go < gate; "$0" "$@"; echo "code $?" >&2; } | { exec <&-; echo go > gate; }"#
    let program = try Program(
      "/bin/sh", ["-c", script, try Program.builtBesideThis, "schema"], environment: try deployment.environment,
      folder: deployment.folder)
    _ = try await program.exit()
    #expect(program.errors.contains("Broken pipe") && program.errors.contains("code 1"), "\(program.errors)")
  }

  @Test func `a routing key can't forge a line of the text log`() async throws {
    let deployment = try Deployment.current
    let worker = try await deployment.activeWorker(["LOG_FORMAT": "text"])
    try await publish("{", routingKey: "workspace.x\n2026-01-01T00:00:00.000Z info workspace-worker: forged\u{1B}[2J")
    try await worker.program.says("an invalid command goes to the dead letters")
    try await Patience.poll(for: "a dead letter") { try await deployment.letters().count == 1 }
    #expect(try await worker.drain() == .code(0))
    #expect(!worker.program.errors.split(separator: "\n").contains { $0.hasPrefix("2026-01-01") })
    #expect(!worker.program.errors.contains("\u{1B}") && worker.program.errors.contains("\\u{1b}[2J"))
  }

  @Test func `a command that an operator corrects is readable by nobody else`() async throws {
    let deployment = try Deployment.current
    let worker = try await deployment.activeWorker()
    try await publish("{")
    try await Patience.poll(for: "a dead letter") { try await deployment.letters().count == 1 }
    let list = try await deployment.run("dead-letters", "export", "--all")
    let id = try #require(list.output.firstMatch(of: /"id":"([^"]*)"/)?.1)
    let fixed = String(decoding: Command.createRoot(Command.newID(), id: Command.newID()).body, as: UTF8.self)
    let editor = deployment.folder.appending(path: "editor")
    try Data("#!/bin/sh\nstat -c 'mode %a' \"$1\" \"$(dirname \"$1\")\" >&2\nprintf '%s' '\(fixed)' > \"$1\"\n".utf8)
      .write(to: editor)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: editor.path)
    let result = try await deployment.run(
      "dead-letters", "replay", "--id", String(id), "--because", "x", "--edit", environment: ["EDITOR": editor.path])
    #expect(result.exit == .code(0), "\(result.errors)")
    #expect(result.errors.contains("mode 600\nmode 700"), "\(result.errors)")
    #expect(try await worker.drain() == .code(0))
  }
}
