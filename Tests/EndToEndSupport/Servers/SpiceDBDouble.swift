import Foundation
import TestSupport

/// A double of SpiceDB, a process of its own on a loopback port: `Tests/Tools/spicedb/double.py`, which says in what it
/// is like SpiceDB and in what it isn't. It ends with the tests.
package final class SpiceDBDouble: Sendable {
  /// What happens to the next calls of a method.
  package struct Fault: Sendable, Encodable {
    package var method: String
    package var times = 1
    /// As gRPC names it, such as `ABORTED`.
    package var code = "UNAVAILABLE"
    /// Without `ERROR_REASON_`.
    package var reason: String?
    package var message = "a fault requested by a test"
    /// Whether the call is nevertheless executed.
    package var after = false
    /// Whether there is no answer, until the caller has given up or something else is ordered.
    package var hold = false
    /// After this many answers of a stream; nil for before the first.
    package var cut: Int?
    /// Whether it is executed, and answered by a message without fields.
    package var blank = false
    /// Whether only the first check of a bulk fails.
    package var onlyFirstCheck = false

    package init(_ method: String, _ change: (inout Fault) -> Void = { _ in }) {
      self.method = method
      change(&self)
    }
  }

  /// A certificate for `localhost`, its key, and the authority that signed it: files in PEM.
  package struct Certificate: Sendable {
    package let authority: String
    package let certificate: String
    package let key: String
  }

  package let program: Program
  package let port: Int
  private let control: Int
  private let tokens: URL

  /// Starts it, with no schema. Returns when it serves.
  ///
  /// - Parameters:
  ///   - tokens: the keys that it takes.
  ///   - port: where it listens; 0 for one that is free.
  ///   - maxConnectionAge: after which it ends a connection.
  package init(
    tokens: [String] = ["key"], port: Int = 0, certificate: Certificate? = nil,
    maxConnectionAge: Duration = .seconds(30)
  ) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "spicedb-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    self.tokens = folder.appending(path: "tokens")
    try Self.write(tokens, to: self.tokens)
    var arguments = [
      Self.tools.appending(path: "double.py").path, "--token-file", self.tokens.path, "--port", "\(port)",
      "--max-connection-age-ms", "\(Int(maxConnectionAge / .milliseconds(1)))",
    ]
    if let certificate { arguments += ["--certificate", certificate.certificate, "--key", certificate.key] }
    let program = try Program(
      PythonTool.repository.appending(path: ".stack/spicedb/bin/python").path, arguments, environment: [:],
      folder: folder)
    try await Patience.poll(for: "the double of SpiceDB is ready; it says \(program.errors)") {
      program.output.contains("\n") || program.errors.contains("Error")
    }
    let words = program.output.split(whereSeparator: \.isWhitespace)
    guard words.count == 3, words[0] == "ready", let port = Int(words[1]), let control = Int(words[2]) else {
      throw Patience.Exhausted(description: "the double of SpiceDB did not start: \(program.output)\(program.errors)")
    }
    (self.program, self.port, self.control) = (program, port, control)
  }

  deinit {
    program.signal(SIGKILL)
    try? FileManager.default.removeItem(at: tokens.deletingLastPathComponent())
  }

  /// The keys that it accepts from now on.
  package func accept(_ tokens: [String]) throws { try Self.write(tokens, to: self.tokens) }

  /// What happens next; what was ordered before is forgotten.
  package func order(_ faults: [Fault]) async throws { _ = try await post("faults", faults) }

  package func order(_ fault: Fault) async throws { try await order([fault]) }

  /// Keeps showing the current state to callers that accept any moment, whatever changes; until false.
  package func freezeSnapshot(_ isFrozen: Bool) async throws { _ = try await post("snapshot", isFrozen) }

  /// Forgets past moments.
  package func forgetHistory() async throws { _ = try await post("forget", true) }

  package func serve(_ isServing: Bool) async throws { _ = try await post("serving", isServing) }

  /// How often a method was called.
  package func calls(_ method: String) async throws -> Int {
    let answer = try await HTTPCall("GET", "http://127.0.0.1:\(control)/calls").answer()
    return try JSONDecoder().decode([String: Int].self, from: answer.body)[method] ?? 0
  }

  private func post(_ path: String, _ value: some Encodable) async throws -> HTTPCall.Answer {
    try await HTTPCall("POST", "http://127.0.0.1:\(control)/\(path)").with(body: JSONEncoder().encode(value)).answer()
  }

  private static var tools: URL { PythonTool.repository.appending(path: "Tests/Tools/spicedb") }

  private static func write(_ tokens: [String], to file: URL) throws {
    try Data(tokens.joined(separator: "\n").utf8).write(to: file, options: .atomic)
  }
}
