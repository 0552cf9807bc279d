import Foundation
import Migrations
import Testing

@Suite struct MigrationFilesTests {
  /// SwiftPM doesn't list files: one missing from the list would never run.
  @Test func `the list of migrations is the folder's`() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Migrations/sql")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path())
    let listed = Migrations.all.flatMap { migration in
      let rest = migration.fileName.dropFirst()
      return ["V\(rest).sql", "U\(rest).sql"] + (migration.preflight == nil ? [] : ["P\(rest).sql"])
    }
    #expect(files.sorted() == listed.sorted())
  }

  @Test func `each migration has the text of its own files`() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Migrations/sql")
    for migration in Migrations.all {
      let rest = migration.fileName.dropFirst()
      let texts = [("V", migration.up), ("U", migration.down)] + (migration.preflight.map { [("P", $0)] } ?? [])
      for (letter, text) in texts {
        #expect(text == (try String(contentsOf: folder.appending(path: "\(letter)\(rest).sql"), encoding: .utf8)))
      }
    }
  }

  @Test func `versions count up from 1`() {
    #expect(Migrations.all.map(\.version) == Array(1...Migrations.all.count))
  }

  @Test func `every file begins with its locks`() {
    for text in Migrations.all.flatMap({ [$0.up, $0.down] + [$0.preflight].compactMap(\.self) }) {
      let head = text.prefix { _ in true }.split(separator: "\n", omittingEmptySubsequences: false)
        .prefix { $0.hasPrefix("--") }
      #expect(head.contains { $0.hasPrefix("-- Locks: ") })
    }
  }
}
