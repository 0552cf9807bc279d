import EndToEndSupport
import Foundation
import Testing

/// Times vary on a shared machine; instruction counts don't. Those of a debug build, which has ten times as many as a
/// release build, but in the same places.
@Suite struct InstructionCountTests {
  /// 1.99 million when it was last measured, 0.26 of them for who may do it, and for the role of who did. Raise it only
  /// with a reason; lower it with pride.
  private static let limit = 2_100_000

  @Test func `what the worker itself does for a command takes no more instructions than it did`() throws {
    let program = FileManager.default.temporaryDirectory.appending(path: "command-path-\(ProcessInfo.processInfo.processIdentifier)")
    defer { try? FileManager.default.removeItem(at: program) }
    let built = URL(filePath: try Program.builtBesideThis).deletingLastPathComponent().appending(path: "command-path")
    // valgrind stumbles over the debug information of Swift.
    _ = try run("strip", ["--strip-debug", "-o", program.path, built.path])
    let (few, many) = (try instructions(program, batches: 1), try instructions(program, batches: 3))
    // The difference excludes the cost of starting a process.
    #expect((many - few) / (2 * 32) < Self.limit)
    #expect(many > few)
  }

  private func instructions(_ program: URL, batches: Int) throws -> Int {
    let report = try run(
      "valgrind", ["--tool=callgrind", "--callgrind-out-file=/dev/null", program.path, "\(batches)", "32"])
    let count = try #require(report.firstMatch(of: /Collected : (\d+)/)?.output.1)
    return try #require(Int(count))
  }

  /// - Returns: what it wrote.
  private func run(_ command: String, _ arguments: [String]) throws -> String {
    let (process, output) = (Process(), Pipe())
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [command] + arguments
    // The layout of sets of strings depends on a seed that is otherwise random.
    process.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_DETERMINISTIC_HASHING": "1"]) { $1 }
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(command): \(text)")
    return text
  }
}
