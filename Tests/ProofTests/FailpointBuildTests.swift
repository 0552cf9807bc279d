import EndToEndSupport
import Foundation
import Testing

/// Failpoints are for tests alone.
struct FailpointBuildTests {
  private static var debug: URL { get throws { URL(filePath: try Program.builtBesideThis) } }

  /// Nil if there is no release build.
  private static var release: URL? {
    guard let debug = try? debug else { return nil }
    let program = debug.deletingLastPathComponent().deletingLastPathComponent().appending(
      path: "release/workspace-worker")
    return FileManager.default.fileExists(atPath: program.path) ? program : nil
  }

  @Test func `a debug build knows the variable that chooses a failpoint`() async throws {
    #expect(try await Self.mentions(Self.debug))
  }

  @Test(.enabled(if: release != nil, "needs a release build")) func `a release build does not`() async throws {
    let release = try #require(Self.release)
    #expect(try await !Self.mentions(release))
  }

  private static func mentions(_ program: URL) async throws -> Bool {
    let search = try Program(
      "/bin/grep", ["-qaF", "WORKSPACE_WORKER_FAILPOINT", program.path], environment: [:],
      folder: FileManager.default.temporaryDirectory)
    return try await search.exit() == .code(0)
  }
}
