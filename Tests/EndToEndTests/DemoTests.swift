import EndToEndSupport
import Foundation
import TestSupport
import Testing

/// The demo, which newcomers to the project run first.
@Suite(.needsBroker, .requiresPostgres, .emptyDeployment)
struct DemoTests {
  @Test func `the demo runs to its end, and each step shows what it claims`() async throws {
    let deployment = try Deployment.current
    let script = PythonTool.repository.appending(path: "bin/demo").path
    let demo = try Program(
      "/bin/bash", [script, try Program.builtBesideThis], environment: try deployment.environment,
      folder: deployment.folder)
    // More than a dozen programs, one after the other, each of which waits for up to five minutes if it must.
    defer { if !demo.hasEnded { demo.signal(SIGKILL) } }
    let exit = try await demo.exit(within: .seconds(900))
    #expect(exit == .code(0), "\(demo.output.suffix(1000)) \(demo.errors.suffix(2000))")
    for part in [
      "4. ", "5. ", "939", "└── ", "cannot_delete_root_workspace", "workspaces of that name: 1", "permission_denied",
      "yes: ada may manage workspace", #""type":"workspace.renamed""#, "the worker has drained and ended with 0",
      "Try next:",
    ] { #expect(demo.output.contains(part), "\(part) is not in \(demo.output)") }
    try await deployment.commandsAreDone()
  }
}
