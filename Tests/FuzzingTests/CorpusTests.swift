import Foundation
import Fuzzing
import Testing

/// The inputs that `bin/fuzz` found worth keeping: each takes a different path through the code.
struct CorpusTests {
  @Test(arguments: FuzzTarget.allCases) func `no input of the corpus breaks a promise`(_ target: FuzzTarget) throws {
    let files = try Self.files(target)
    #expect(files.count >= 3)
    for file in files {
      let bytes = Array(try Data(contentsOf: file))
      #expect(throws: Never.self, "\(file.lastPathComponent)") { try target.run(bytes) }
    }
  }

  private static func files(_ target: FuzzTarget) throws -> [URL] {
    let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures/fuzz").standardized
    return try FileManager.default.contentsOfDirectory(
      at: fixtures.appending(path: target.rawValue), includingPropertiesForKeys: nil)
  }
}
