import EndToEndSupport
import Foundation
import TestSupport
import Testing

/// The clients of `docs/clients`, which others start from, do what they say.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct ClientTests {
  @Test(arguments: ["python", "ruby"], ["workspace.events", "workspace.events.batches"])
  func `a client sends commands, gets their results, listens to events and reads its own writes`(
    language: String, exchange: String
  ) async throws {
    let (interpreter, file) =
      language == "python" ? ("/usr/bin/python3", "python_client.py") : ("/usr/bin/ruby", "ruby_client.rb")
    let deployment = try Deployment.current
    let worker = try await deployment.activeWorker([
      "PUBLISHING_EVENTS": exchange.hasSuffix("batches") ? "batch" : "single"
    ])
    let tenant = Command.newID()
    let folder = PythonTool.repository.appending(path: "docs/clients")
    let client = try Program(
      interpreter, [file, tenant, exchange], environment: ["AMQP_URL": deployment.host.url], folder: folder)
    #expect(try await client.exit() == .code(0), "\(client.errors)")
    let messages = try client.output.split(separator: "\n").map { try CloudEvent(Array($0.utf8)) }
    #expect(
      messages.map(\.type) == [
        "workspace.create_root.succeeded", "workspace.create.succeeded", "workspace.create.succeeded",
        "workspace.get.rejected",
        "workspace.created", "tenant.member_set", "workspace.created", "workspace.created", "workspace.find.succeeded",
      ])
    #expect(messages.allSatisfy { $0.tenantid == tenant && $0.commandsource == "/clients/\(language)" })
    #expect(messages.suffix(5).map(\.sequence) == ["1", "2", "3", "4", "4"])
    #expect(messages.last?.data.workspace == messages[2].data.workspace, "the client reads its own write")
    #expect(messages[1].data.workspace?.parent_workspace_id == messages[0].data.workspace?.id)
    #expect(try await worker.drain() == .code(0))
  }
}
