import Foundation

/// A process, and the kernel's figures about it.
final class RunningProcess {
  private let process: Process

  init(process: Process) { self.process = process }

  /// Asks the process to end (SIGTERM), and waits until it has.
  func stop() {
    process.terminate()
    process.waitUntilExit()
  }

  /// The processor time that its threads have used so far, in seconds.
  var processorSeconds: Double {
    get throws {
      // User and system time are fields 14 and 15 of the line. The name, field 2, is in parentheses and may contain
      // anything.
      let fields = try status("stat").split(separator: ")").last?.split(separator: " ") ?? []
      guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return .nan }
      return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
  }

  /// Its peak resident memory so far, in MiB.
  var peakMebibytes: Double {
    get throws {
      for line in try status("status").split(separator: "\n") where line.hasPrefix("VmHWM:") {
        return (line.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? .nan) / 1024
      }
      return .nan
    }
  }

  private func status(_ file: String) throws -> String {
    try String(contentsOfFile: "/proc/\(process.processIdentifier)/\(file)", encoding: .utf8)
  }
}
