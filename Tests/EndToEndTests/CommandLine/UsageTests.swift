import EndToEndSupport
import Foundation
import TestSupport
import Testing

@Suite(.needsBroker, .requiresPostgres, .emptyDeployment)
struct UsageTests {
  private static let wrongCalls = [
    ["serv"], ["serve", "--unknown"], ["migrate", "sideways"], ["migrate", "down", "--to", "-1"],
    ["migrate", "down", "--to", "x"],
    ["topology", "plan", "--format", "xml"], ["send"], ["send", "workspace.get"],
    ["send", "workspace.get", "--tenant", "me"],
    ["send", "workspace.get", "--tenant", "01KAQVM607ZAB5RRB146VH73JN", "--data", "[]"],
    ["send", "workspace.get", "--tenant", "01KAQVM607ZAB5RRB146VH73JN", "--data", "{"],
    ["send", "workspace.get", "--tenant", "01KAQVM607ZAB5RRB146VH73JN", "--rate", "0"],
    ["send", "workspace.get", "--tenant", "01KAQVM607ZAB5RRB146VH73JN", "--timeout", "-1"],
    ["send", "workspace.get", "--file", "commands.jsonl"],
  ]

  @Test func `wrong usage prints the usage to standard error, and exits 64`() async throws {
    let deployment = try Deployment.current
    for call in Self.wrongCalls {
      let program = try deployment.start(call)
      #expect(try await program.exit() == .code(64), "\(call)")
      #expect(program.output.isEmpty, "\(call)")
      #expect(program.errors.contains("Usage:"), "\(call)")
    }
  }

  @Test func `help and version go to standard output`() async throws {
    let help = try await Deployment.current.run("--help")
    #expect(help.exit == .code(0))
    #expect(help.output.contains("migrate"))
    let version = try await Deployment.current.run("--version")
    #expect(version.exit == .code(0))
    #expect(!version.output.isEmpty && version.errors.isEmpty)
  }
}
