package import Foundation
import TestSupport

/// A program of `Tests/Tools`, on the system's Python, for which `bin/setup` has installed what it imports.
package enum PythonTool {
  private static let python = "/usr/bin/python3"

  package static var repository: URL {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardized
  }

  /// Starts it.
  package static func start(_ name: String, _ arguments: [String] = [], input: String = "") throws -> Program {
    try Program(
      python, [repository.appending(path: "Tests/Tools/\(name).py").path] + arguments, environment: [:],
      folder: repository, input: input)
  }

  /// Runs it and waits for it to end.
  ///
  /// - Returns: what it wrote to standard output.
  package static func run(_ name: String, _ arguments: [String] = [], input: String = "") async throws -> String {
    let program = try start(name, arguments, input: input)
    let exit = try await program.exit()
    guard exit == .code(0) else {
      throw Patience.Exhausted(description: "\(name) ended with \(exit): \(program.errors)")
    }
    return program.output
  }

  /// Starts one that listens, and prints its port first.
  package static func startServer(_ name: String, _ arguments: [String] = []) async throws -> (
    program: Program, port: Int
  ) {
    let program = try start(name, arguments)
    try await Patience.poll(for: "\(name) prints its port; it says \(program.errors)") { program.output.contains("\n") }
    guard let port = program.output.split(separator: "\n").first.flatMap({ Int($0) }) else {
      throw Patience.Exhausted(description: "\(name) printed no port: \(program.output)")
    }
    return (program, port)
  }
}
