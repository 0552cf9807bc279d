import Foundation

/// A program that is run or started.
struct Executable: Sendable {
  struct Failed: Error, CustomStringConvertible {
    let path: String
    let status: Int32
    var description: String { "\(path) exited with status \(status)" }
  }

  let path: String
  /// Added to that of this process.
  let environment: [String: String]

  /// Runs it and waits for it to end.
  ///
  /// - Returns: what it wrote to standard output.
  func run(_ arguments: [String]) throws -> String {
    let output = Pipe()
    let process = process(arguments)
    process.standardOutput = output
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failed(path: path, status: process.terminationStatus) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Starts it. Its output goes to standard error: standard output is for the report.
  ///
  /// - Parameter more: added to ``environment``.
  func start(_ arguments: [String], _ more: [String: String] = [:]) throws -> RunningProcess {
    let process = process(arguments)
    process.environment?.merge(more) { _, own in own }
    process.standardOutput = FileHandle.standardError
    try process.run()
    return RunningProcess(process: process)
  }

  /// Starts it, and returns what it writes to standard output. It ends on its own.
  func open(_ arguments: [String]) throws -> FileHandle {
    let output = Pipe()
    let process = process(arguments)
    process.standardOutput = output
    try process.run()
    return output.fileHandleForReading
  }

  private func process(_ arguments: [String]) -> Process {
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, own in own }
    process.standardInput = FileHandle.nullDevice
    return process
  }
}
