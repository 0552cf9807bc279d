import Foundation

/// Commands from real trees of folders, and their expected outcomes.
package struct SampleCommands: Sendable {
  package struct Expectation: Decodable, Sendable, Equatable {
    package let id: String
    package let source: String
    package let result: String
    package let code: String?
  }

  package let commands: [Command]
  package let events: [CloudEvent]
  package let expected: [Expectation]

  package static func read() throws -> SampleCommands {
    let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Fixtures").standardized
    let lines = try String(contentsOf: fixtures.appending(path: "commands.jsonl"), encoding: .utf8).split(
      separator: "\n")
    let expected = try String(contentsOf: fixtures.appending(path: "expected.jsonl"), encoding: .utf8).split(
      separator: "\n")
    return SampleCommands(
      commands: try lines.map { try Command(line: String($0)) },
      events: try lines.map { try CloudEvent(Array($0.utf8)) },
      expected: try expected.map { try JSONDecoder().decode(Expectation.self, from: Data($0.utf8)) })
  }
}
