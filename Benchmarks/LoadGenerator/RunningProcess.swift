import Foundation

/// A process, and the kernel's figures about it.
final class RunningProcess {
  private let process: Process

  init(process: Process) { self.process = process }

  /// Asks it to end, and waits until it has.
  func stop() {
    process.terminate()
    process.waitUntilExit()
  }

  /// Seconds of processor time that its threads have used so far.
  var processorSeconds: Double {
    get throws {
      // After the name, which may contain anything, in brackets: user and system time are fields 14 and 15 of the line.
      let fields = try status("stat").split(separator: ")").last?.split(separator: " ") ?? []
      guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return .nan }
      return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
  }

  /// Its peak memory so far, in MiB.
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
