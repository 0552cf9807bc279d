import Glibc
import MessageContract
import Operations
import Testing

@testable import WorkerCLI

@Suite struct CommandLinesTests {
  private static let good =
    #"{"specversion":"1.0","id":"1","source":"/s","type":"workspace.list","tenantid":"01KAQVM607ZAB5RRB146VH73JN","data":{}}"#

  private let checked = CommandCheck(decoder: CommandDecoder(limits: ContractLimits()))

  /// Provides a file that contains `bytes`.
  private func withFile(_ bytes: [UInt8], _ body: (String) throws -> Void) throws {
    let folder = try PrivateFolder()
    defer { folder.remove() }
    try body(try folder.write(bytes, to: "commands.jsonl"))
  }

  private func message(_ text: String, unchecked: Bool = false) throws -> String? {
    var message: String?
    try withFile(Array(text.utf8)) { path in
      do { _ = try FileLines(path: path, check: unchecked ? CommandCheck(decoder: nil) : checked) } catch {
        message = "\(error)"
      }
    }
    return message
  }

  @Test func `commands are counted, and handed out in order`() throws {
    try withFile(Array("\(Self.good)\n\n  \n\(Self.good)".utf8)) { path in
      var lines = try FileLines(path: path, check: checked)
      #expect(lines.count == 2)
      #expect(try lines.next()?.id == "1" && lines.next()?.type == "workspace.list" && lines.next() == nil)
    }
  }

  @Test func `a line that can only become a dead letter is named before anything is sent`() throws {
    let unknown = Self.good.replacing("workspace.list", with: "workspace.unknown")
    let found = try message("\(Self.good)\n\(unknown)\n")
    #expect(
      found?.contains("line 2") == true && found?.contains("unknown_command_type") == true
        && found?.contains("nothing was sent") == true)
    #expect(try message("\(Self.good)\n\(unknown)\n", unchecked: true) == nil)
    #expect(try message("\(Self.good)\nnonsense\n", unchecked: true)?.contains("line 2") == true)
  }

  @Test func `a byte order mark is named`() throws {
    #expect(try message("\u{FEFF}\(Self.good)\n")?.contains("byte order mark (EF BB BF)") == true)
    try withFile([0xFF, 0xFE, 0x7B, 0x00]) { path in
      let error = #expect(throws: LineInput.Unreadable.self) { try FileLines(path: path, check: checked) }
      #expect(error?.description.contains("UTF-16") == true)
    }
  }

  @Test func `an empty file, a folder and a missing file are reported`() throws {
    #expect(try message("")?.contains("has no commands") == true)
    #expect(try message("\n \n")?.contains("has no commands") == true)
    #expect(throws: LineInput.Unreadable.self) { try FileLines(path: "/tmp", check: checked) }
    #expect(throws: LineInput.Unreadable.self) { try FileLines(path: "/nonexistent/commands", check: checked) }
  }

  @Test func `lines are read unchanged, up to a limit`() throws {
    // Across the chunks in which a file is read.
    let lines =
      [[], [UInt8](repeating: 0x61, count: 65_536), [0, 0x0D], [UInt8](repeating: 0x62, count: 200_000), [], [0x63]]
      as [[UInt8]]
    for ending in [[], [0x0A]] as [[UInt8]] {
      try withFile(Array(lines.joined(separator: [0x0A])) + ending) { path in
        let input = try LineInput(path: path, limit: 200_000)
        for line in lines { #expect(try input.next() == line) }
        #expect(try input.next() == nil && input.next() == nil)
      }
    }
    try withFile(Array(lines.joined(separator: [0x0A]))) { path in
      let input = try LineInput(path: path, limit: 70_000)
      for line in lines[..<3] { #expect(try input.next() == line) }
      let error = #expect(throws: LineInput.Unreadable.self) { try input.next() }
      #expect(error?.description.contains("a line of more than 70000 bytes") == true)
    }
  }

  /// Who writes into a pipe line by line would otherwise wait for the end of a chunk.
  @Test(.timeLimit(.minutes(10))) func `a line is handed out as soon as it arrives`() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    let input = try LineInput(path: "/dev/fd/\(ends[0])")
    for line in ["first", "second"] {
      let bytes = Array("\(line)\n".utf8)
      try #require(write(ends[1], bytes, bytes.count) == bytes.count)
      #expect(try input.next() == Array(line.utf8))
    }
  }

  @Test func `a command that an operator edits is readable by nobody else`() throws {
    let folder = try PrivateFolder()
    defer { folder.remove() }
    let file = try folder.write([1], to: "command.json")
    func mode(_ path: String) -> mode_t? {
      var status = stat()
      return lstat(path, &status) == 0 ? status.st_mode & 0o777 : nil
    }
    #expect(mode(file) == 0o600 && mode(folder.path) == 0o700)
  }
}
