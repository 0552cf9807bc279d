import Foundation

/// A program to run, with its environment.
struct Executable: Sendable {
  struct Failed: Error, CustomStringConvertible {
    let path: String
    let status: Int32
    var description: String { "\(path) exited with status \(status)" }
  }

  let path: String
  /// Variables that are added to this process's environment, or replace its values.
  let environment: [String: String]

  /// Runs the program and waits for it to end.
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

  /// Starts the program. Its output goes to standard error: standard output is for the report.
  ///
  /// - Parameter more: variables that are added to ``environment``, or replace its values.
  func start(_ arguments: [String], _ more: [String: String] = [:]) throws -> RunningProcess {
    let process = process(arguments)
    process.environment?.merge(more) { _, own in own }
    process.standardOutput = FileHandle.standardError
    try process.run()
    return RunningProcess(process: process)
  }

  /// Starts the program, which must end on its own.
  ///
  /// - Returns: its standard output, to be read while it runs.
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
