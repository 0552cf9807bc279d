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
