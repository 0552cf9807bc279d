import Foundation
import Secrets
import Testing

@Suite struct SecretTests {
  private let file = FileManager.default.temporaryDirectory.appending(path: "secret-\(UUID().uuidString)")

  @Test func `a secret never shows itself`() throws {
    let secret = Secret("sesame")
    var dumped = ""
    dump(secret, to: &dumped)
    #expect(!"\(secret) \(String(reflecting: secret)) \(dumped)".contains("sesame"))
    #expect(try secret.reveal() == "sesame")
  }

  @Test(arguments: [
    ("sesame", "sesame"), ("sesame\n", "sesame"), ("sesame\r\n", "sesame"), (" a\nb \n", " a\nb "), ("\n\n", "\n"),
  ])
  func `a file's text is the secret, without the line break at its end`(content: String, expected: String) throws {
    try write(content)
    defer { try? FileManager.default.removeItem(at: file) }
    #expect(try Secret(file: file.path).reveal() == expected)
  }

  @Test func `a file is read again each time`() throws {
    try write("old")
    defer { try? FileManager.default.removeItem(at: file) }
    let secret = Secret(file: file.path)
    #expect(try secret.reveal() == "old")
    try write("new")
    #expect(try secret.reveal() == "new")
  }

  @Test(arguments: ["", "\n", "a\0b", String(repeating: "x", count: 5000)])
  func `a file without a password is refused, and not quoted`(content: String) throws {
    try write(content)
    defer { try? FileManager.default.removeItem(at: file) }
    let error = #expect(throws: UnreadableSecret.self) { try Secret(file: file.path).reveal() }
    #expect(error?.description.contains(file.path) == true && error?.description.contains("xxx") == false)
  }

  @Test func `a missing path, or one that is not a file, is refused`() {
    for path in [file.path, FileManager.default.temporaryDirectory.path] {
      #expect(throws: UnreadableSecret.self) { try Secret(file: path).reveal() }
    }
  }

  private func write(_ text: String) throws { try Data(text.utf8).write(to: file) }
}
