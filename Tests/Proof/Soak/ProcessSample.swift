import Foundation

/// A process's resource usage at a moment.
struct ProcessSample: Sendable {
  let pid: Int32
  let isActive: Bool
  /// Since the start of the soak, in seconds.
  let second: Int
  /// Resident memory in MiB.
  let memory: Double
  let descriptors: Int

  /// - Returns: nil when the process is gone.
  init?(pid: Int32, isActive: Bool, second: Int) {
    guard let pages = try? String(contentsOfFile: "/proc/\(pid)/statm", encoding: .utf8).split(separator: " "),
      pages.count > 1, let resident = Double(pages[1]),
      let descriptors = try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count
    else { return nil }
    self.pid = pid
    self.isActive = isActive
    self.second = second
    memory = resident * Double(sysconf(Int32(_SC_PAGESIZE))) / Double(1 << 20)
    self.descriptors = descriptors
  }
}
