import Foundation
import Testing

@testable import Settings

@Suite struct SettingTableTests {
  private static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private func text(of file: String) throws -> String {
    try String(contentsOf: Self.repository.appending(path: file), encoding: .utf8)
  }

  @Test func `the bundled file matches the table`() throws {
    #expect(
      try text(of: "config/worker.yaml") == SettingDocument.file, "workspace-worker config file > config/worker.yaml")
  }

  @Test func `the README's table matches the table`() throws {
    let readme = try text(of: "README.md")
    #expect(readme.contains("\n\(SettingDocument.table)\n"), "it should be:\n\(SettingDocument.table)")
  }

  @Test func `each key is in the table once, below its section`() {
    let keys = SettingTable.all.map(\.key)
    #expect(Set(keys).count == keys.count)
    for section in SettingTable.sections {
      for setting in section.settings {
        #expect(setting.key.split(separator: ".").dropLast().joined(separator: ".") == section.name)
      }
    }
  }

  @Test(arguments: SettingTable.all.filter { !$0.defaultText.isEmpty }.map(\.key))
  func `a default is one of the values that its setting accepts`(key: String) throws {
    let setting = try #require(SettingTable.all.first { $0.key == key })
    var configuration = WorkerConfiguration()
    #expect(setting.read(setting.defaultText, into: &configuration).isEmpty)
  }

  @Test func `the defaults together are a valid configuration`() async throws {
    var loader = ConfigurationLoader { _ in ConfigurationProblems() }
    loader.environment = [:]
    loader.path = Self.repository.appending(path: "config/worker.yaml").path
    let loaded = try await loader.loadAll()
    #expect(loaded.settings.map(\.value) == SettingTable.all.map(\.defaultText))
    // An empty value in the file counts as absent.
    #expect(loaded.settings.allSatisfy { ($0.source == .file) == !$0.value.isEmpty })
  }

  private func problems(_ environment: [String: String]) async -> [String] {
    var loader = ConfigurationLoader { _ in ConfigurationProblems() }
    loader.environment = environment
    do throws(ConfigurationProblems) {
      _ = try await loader.load()
      return []
    } catch {
      return error.problems
    }
  }

  @Test func `buffers that don't fit into the memory limit are refused, with the sum`() async {
    #expect(
      await problems(["AMQP_BUFFER_BYTES": "2GiB"]) == [
        "worker.memory_limit is 1GiB, less than the worker may need, 4216MiB: 2 * amqp.buffer_bytes (2GiB) + "
          + "queries.buffer_bytes (16MiB) + 5 * worker.batch_bytes (8MiB) + 64MiB for everything else"
      ])
  }

  @Test(arguments: [
    ["AMQP_BUFFER_BYTES": "453MiB"], ["QUERIES_BUFFER_BYTES": "793MiB"], ["WORKER_BATCH_BYTES": "164MiB"],
    ["WORKER_MEMORY_LIMIT": "256MiB", "AMQP_BUFFER_BYTES": "69MiB"],
    ["WORKER_MEMORY_LIMIT": "5GiB", "AMQP_BUFFER_BYTES": "2GiB", "QUERIES_BUFFER_BYTES": "1GiB"],
  ])
  func `a little more than the memory limit is too much`(environment: [String: String]) async {
    let found = await problems(environment)
    #expect(found.count == 1 && found[0].hasPrefix("worker.memory_limit is "), "\(found)")
  }

  @Test(arguments: [
    [:], ["WORKER_MEMORY_LIMIT": "256MiB"], ["AMQP_BUFFER_BYTES": "452MiB"], ["QUERIES_BUFFER_BYTES": "792MiB"],
    ["WORKER_BATCH_BYTES": "163MiB"], ["WORKER_MEMORY_LIMIT": "256MiB", "AMQP_BUFFER_BYTES": "68MiB"],
    ["WORKER_MEMORY_LIMIT": "5GiB", "AMQP_BUFFER_BYTES": "2GiB"],
  ])
  func `what fits into the memory limit is accepted`(environment: [String: String]) async {
    #expect(await problems(environment) == [])
  }

  @Test func `a strict line's reserve is not smaller than the line`() async {
    let problem =
      "parking.reserve_limit (4) must be at least parking.line_limit (5) with parking.when_full: strict: a full line "
      + "would take no further command"
    #expect(await problems(["PARKING_LINE_LIMIT": "5", "PARKING_RESERVE_LIMIT": "4"]) == [problem])
    let equal = ["PARKING_LINE_LIMIT": "5", "PARKING_RESERVE_LIMIT": "5"]
    #expect(await problems(equal) == [], "a line that is full by its age has a reserve")
    #expect(await problems(["PARKING_LINE_LIMIT": "2000000"]).count == 1, "more than the default reserve")
    let skip = ["PARKING_LINE_LIMIT": "5", "PARKING_RESERVE_LIMIT": "4", "PARKING_WHEN_FULL": "skip"]
    #expect(await problems(skip) == [], "skip has no reserve")
  }

  @Test func `SpiceDB decides only if its endpoint is set`() async throws {
    var loader = ConfigurationLoader { _ in ConfigurationProblems() }
    loader.environment = ["AUTHORIZATION_PROVIDER": "spicedb"]
    let error = await #expect(throws: ConfigurationProblems.self) { _ = try await loader.load() }
    #expect(error?.problems == ["authorization.spicedb.endpoint is needed by authorization.provider: spicedb"])
    loader.environment["AUTHORIZATION_SPICEDB_ENDPOINT"] = "localhost:50051"
    loader.environment["AUTHORIZATION_SPICEDB_TOKEN_FILE"] = "token"
    #expect(try await loader.load().authorization.provider == .spicedb)
  }
}
