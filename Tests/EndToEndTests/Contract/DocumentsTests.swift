import Foundation
import Testing

/// Every test that a document cites as proof exists.
@Suite struct DocumentsTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
    .standardized

  private static func files(_ folder: String, _ suffix: String) -> [URL] {
    let files = FileManager.default.enumerator(at: root.appending(path: folder), includingPropertiesForKeys: nil)
    return (files?.compactMap { $0 as? URL } ?? []).filter { $0.path.hasSuffix(suffix) }
  }

  @Test func `every test that a document names exists`() throws {
    let documents = try (Self.files("docs", ".md") + [Self.root.appending(path: "README.md")])
      .map { try String(contentsOf: $0, encoding: .utf8) }.joined()
    let named = Set(documents.matches(of: /`([A-Z][A-Za-z]*Tests)`/).map { String($0.1) })
    let sources = try Self.files("Tests", ".swift").map { try String(contentsOf: $0, encoding: .utf8) }.joined()
    let declared = Set(sources.matches(of: /(?:struct|class|enum) ([A-Z][A-Za-z]*Tests)\b/).map { String($0.1) })
    #expect(named.count > 20)
    #expect(named.subtracting(declared).sorted() == [])
  }
}
