import EndToEndSupport
import Foundation
import Messaging
import TestSupport
import Testing

@Suite(.needsBroker, .requiresPostgres, .deployment)
struct SendTests {
  private struct Summary: Decodable {
    let sent: Int
    let results: [String: Int]
    let codes: [String: Int]
    let unanswered: Int
  }

  @Test func `the exit code of a command with --wait is its outcome`() async throws {
    let deployment = try Deployment.current
    let worker = try await deployment.activeWorker()
    let (tenant, root) = (Command.newID(), Command.newID())
    let data = #"{"name":"a \"name\" — 名","workspace_id":"\#(root)"}"#
    let call = [
      "send", "workspace.create_root", "--tenant", tenant, "--user", "u", "--id", "x", "--source", "/s", "--data", data,
    ]
    let first = try deployment.start(call + ["--wait"])
    #expect(try await first.exit() == .code(0))
    let result = try CloudEvent(Array(first.output.utf8))
    #expect(result.data.workspace?.name == "a \"name\" — 名")
    #expect(result.commandid == "x" && result.commandsource == "/s")
    #expect(
      first.errors == "workspace-worker: the sequence of its last event is 2\n",
      "the second event is the founder's role"
    )
    let read = try await deployment.run(
      "query", "workspace.get", "--tenant", tenant, "--data", #"{"workspace_id":"\#(root)"}"#, "--min-sequence", "2",
      "--timeout", "60")
    #expect(read.exit == .code(0))
    let again = try deployment.start(call + ["--wait", "--format", "json"])
    #expect(try await again.exit() == .code(0))
    #expect(again.output == first.output && again.errors.isEmpty)

    let rejected = try await deployment.run(
      "send", "workspace.delete", "--tenant", tenant, "--data", #"{"workspace_id":"\#(root)"}"#, "--wait")
    #expect(rejected.exit == .code(2))
    #expect(try CloudEvent(Array(rejected.output.utf8)).data.error?.code == "cannot_delete_root_workspace")
    let failed = try await deployment.run("send", "workspace.delete", "--tenant", tenant, "--wait", "--unchecked")
    #expect(failed.exit == .code(1))
    #expect(try CloudEvent(Array(failed.output.utf8)).data.error?.code == "invalid_data")
    let unknown = try await deployment.run("send", "workspace.unknown", "--tenant", tenant, "--wait", "--unchecked")
    #expect(unknown.exit == .code(1))
    #expect(try await worker.drain() == .code(0))
  }

  @Test func `without --wait a command is only confirmed`() async throws {
    let deployment = try Deployment.current
    let result = try await deployment.run("send", "workspace.list", "--tenant", Command.newID(), "--format", "json")
    #expect(result.exit == .code(0))
    #expect(try JSONDecoder().decode(Summary.self, from: Data(result.output.utf8)).sent == 1)
    #expect(try await deployment.host.depth(of: "workspace.commands") == 1)
    let patience = try await deployment.run(
      "send", "workspace.list", "--tenant", Command.newID(), "--wait", "--timeout", "1")
    #expect(patience.exit == .code(1))
    #expect(patience.errors.contains("within 1 s") && patience.errors.contains("doctor"), "\(patience.errors)")
  }

  @Test func `an unroutable command is not sent`() async throws {
    let deployment = try Deployment.current
    let result = try await deployment.run("send", "elsewhere", "--tenant", Command.newID(), "--unchecked")
    #expect(result.exit == .code(1))
    #expect(result.errors.contains("elsewhere"))
  }

  @Test func `a file of commands is sent unchanged, and its results are counted`() async throws {
    let deployment = try Deployment.current
    let worker = try await deployment.activeWorker()
    let samples = try SampleCommands.read()
    let lines = samples.commands.map { String(decoding: $0.body, as: UTF8.self) }
    let file = deployment.folder.appending(path: "commands.jsonl")
    try lines.joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
    let text = try await deployment.run("send", "--file", file.path, "--wait", "--unchecked")
    let isFailed = samples.expected.contains { $0.result.hasSuffix(".failed") }
    #expect(text.exit == .code(isFailed ? 1 : 2), "some are rejected")
    #expect(text.errors.contains("were rejected"), "\(text.errors)")
    #expect(text.output.contains("939"))
    #expect(!text.errors.contains("\u{1B}") && !text.output.contains("\u{1B}"))

    // Again, from standard input and at a limited rate: the answers are the same.
    let json = try await deployment.run(
      "send", "--file", "-", "--wait", "--unchecked", "--rate", "2000", "--format", "json",
      input: lines.joined(separator: "\n\n") + "\n")
    #expect(json.exit == text.exit)
    let answers = json.output.split(separator: "\n").compactMap { try? CloudEvent(Array($0.utf8)) }
    #expect(answers.map(\.type) == samples.expected.map(\.result))
    #expect(answers.map(\.data.error?.code) == samples.expected.map(\.code))

    // Again, with a hundred commands in each message.
    let batches = try await deployment.run(
      "send", "--file", file.path, "--batch", "100", "--wait", "--unchecked", "--format", "json")
    #expect(batches.exit == text.exit)
    #expect(batches.output == json.output)
    #expect(try await worker.drain() == .code(0))
  }

  @Test func `an invalid line stops the sending, and the commands sent before are reported`() async throws {
    let deployment = try Deployment.current
    let tenant = Command.newID()
    let good = String(decoding: Command.get(tenant, tenant).body, as: UTF8.self)
    let result = try await deployment.run("send", "--file", "-", input: "\(good)\n\(good)\nnonsense\n\(good)\n")
    #expect(result.exit == .code(64))
    #expect(result.errors.contains("line 3"))
    #expect(try await deployment.host.depth(of: "workspace.commands") == 2)
    let missing = try await deployment.run("send", "--file", "missing.jsonl")
    #expect(missing.exit == .code(64))
    #expect(missing.errors.contains("missing.jsonl"))
    let folder = try await deployment.run("send", "--file", deployment.folder.path)
    #expect(folder.exit == .code(64) && folder.errors.contains("directory"), "\(folder.errors)")
    let empty = try await deployment.run("send", "--file", "-")
    #expect(empty.exit == .code(64) && empty.errors.contains("no commands"), "\(empty.errors)")
    let mark = try await deployment.run("send", "--file", "-", input: "\u{FEFF}\(good)\n")
    #expect(mark.exit == .code(64) && mark.errors.contains("byte order mark"), "\(mark.errors)")
    #expect(try await deployment.host.depth(of: "workspace.commands") == 2)
  }

  @Test func `a batch that would be a dead letter is not sent`() async throws {
    let deployment = try Deployment.current
    let tenant = Command.newID()
    let line = String(decoding: Command.get(tenant, tenant).body, as: UTF8.self) + "\n"
    let limits = ["LIMITS_BATCH_ELEMENTS": "10"]
    let refused = try await deployment.run(
      "send", "--file", "-", "--batch", "11", environment: limits, input: line)
    #expect(refused.exit == .code(64) && refused.errors.contains("limits.batch_elements"), "\(refused.errors)")
    let sent = try await deployment.run("send", "--file", "-", "--batch", "10", environment: limits, input: line)
    #expect(sent.exit == .code(0), "\(sent.errors)")
    #expect(try await deployment.host.depth(of: "workspace.commands") == 1)
  }

  @Test(arguments: [
    ["--id", ""], ["--user", ""], ["--source", ""], ["--source", "no uri"],
    ["--id", String(repeating: "x", count: 129)],
  ])
  func `commands that could only become dead letters are not sent`(options: [String]) async throws {
    let deployment = try Deployment.current
    let call = ["send", "workspace.list", "--tenant", Command.newID()] + options
    let refused = try deployment.start(call)
    #expect(try await refused.exit() == .code(64))
    #expect(refused.errors.contains("can only become a dead letter"), "\(refused.errors)")
    let sent = try deployment.start(call + ["--unchecked"])
    #expect(try await sent.exit() == .code(0), "\(sent.errors)")
    #expect(try await deployment.host.depth(of: "workspace.commands") == 1)
  }
}
