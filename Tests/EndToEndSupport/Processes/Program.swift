package import Foundation
import Glibc
import TestSupport

/// A running process: the program under test, or a tool.
package final class Program: Sendable {
  package enum Exit: Sendable, Equatable {
    case code(Int32)
    case signal(Int32)
  }

  private struct Record: Sendable {
    var output: [UInt8] = []
    var errors: [UInt8] = []
    var openPipes = 2
    var exit: Exit?

    var isOver: Bool { openPipes == 0 && exit != nil }
  }

  /// The path of the program under test, which was built beside the tests.
  package static var builtBesideThis: String {
    get throws {
      let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
      return URL(filePath: tests).deletingLastPathComponent().appending(path: "workspace-worker").path
    }
  }

  package let pid: Int32
  package let arguments: [String]
  private let record = Watched(Record())

  /// Starts the program.
  ///
  /// - Parameters:
  ///   - environment: added to the environment of the tests.
  ///   - folder: the working directory.
  ///   - input: what the program reads from standard input.
  package init(
    _ executable: String, _ arguments: [String], environment: [String: String], folder: URL, input: String = ""
  ) throws {
    let process = Process()
    process.executableURL = URL(filePath: executable)
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, own in own }
    let (output, errors, standardInput) = (Pipe(), Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = standardInput
    self.arguments = arguments
    let record = record
    process.terminationHandler = { process in
      let isExit = process.terminationReason == .exit
      let exit: Exit = isExit ? .code(process.terminationStatus) : .signal(process.terminationStatus)
      record.update { $0.exit = exit }
    }
    try process.run()
    pid = process.processIdentifier
    Self.read(output.fileHandleForReading) { bytes in
      record.update { $0.output += bytes }
    } atEnd: {
      record.update { $0.openPipes -= 1 }
    }
    Self.read(errors.fileHandleForReading) { bytes in
      record.update { $0.errors += bytes }
    } atEnd: {
      record.update { $0.openPipes -= 1 }
    }
    try standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try standardInput.fileHandleForWriting.close()
  }

  /// What the program has written to standard output so far.
  package var output: String { String(decoding: record.value.output, as: UTF8.self) }
  /// What the program has written to standard error so far.
  package var errors: String { String(decoding: record.value.errors, as: UTF8.self) }

  /// Whether it has ended, and everything that it wrote has been read.
  package var hasEnded: Bool { record.value.isOver }

  package func signal(_ number: Int32) { kill(pid, number) }

  /// Kills the process (SIGKILL), as a crash would, if it still runs. Returns when it has ended.
  package func crash() async throws {
    if record.value.exit == nil { signal(SIGKILL) }
    _ = try await exit()
  }

  /// Waits for the process to end.
  @discardableResult
  package func exit(within limit: Duration = Patience.limit) async throws -> Exit {
    do {
      return try await Patience.wait(for: "process \(pid) ends", limit) { [record] in
        try await record.wait(until: \.isOver).exit ?? .code(-1)
      }
    } catch let exhausted as Patience.Exhausted {
      throw Patience.Exhausted(description: "\(exhausted); its last words: \(errors.suffix(2000))")
    }
  }

  /// Waits until the program has written `text` to standard error.
  package func says(_ text: String, within limit: Duration = Patience.limit) async throws {
    do {
      try await Patience.wait(for: "process \(pid) says '\(text)'", limit) { [record] in
        let bytes = Array(text.utf8)
        _ = try await record.wait { $0.errors.contains(bytes) || $0.isOver }
      }
    } catch let exhausted as Patience.Exhausted {
      throw Patience.Exhausted(description: "\(exhausted); its last words: \(errors.suffix(2000))")
    }
    guard errors.contains(text) else {
      throw Patience.Exhausted(description: "process \(pid) ended without saying '\(text)': \(errors.suffix(2000))")
    }
  }

  private static func read(
    _ handle: FileHandle, _ take: @escaping @Sendable (ArraySlice<UInt8>) -> Void,
    atEnd end: @escaping @Sendable () -> Void
  ) {
    let descriptor = dup(handle.fileDescriptor)
    Thread.detachNewThread {
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      while true {
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { break }
        take(buffer[..<count])
      }
      close(descriptor)
      end()
    }
  }
}
