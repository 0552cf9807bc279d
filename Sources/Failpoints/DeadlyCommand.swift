#if FAILPOINTS
import Glibc
#endif

/// A command that a test has chosen to kill every process that executes it. Debug builds only, like ``Failpoint``.
package enum DeadlyCommand {
  #if FAILPOINTS
  /// How the command kills the process.
  private enum Means: String {
    case abort, segv, trap, overflow, memory
  }

  /// From WORKSPACE_WORKER_DEADLY_COMMAND: the command's id and, after a colon, how it kills. Default: by abort().
  private static let chosen: (id: String, means: Means)? = getenv("WORKSPACE_WORKER_DEADLY_COMMAND").map { text in
    let parts = String(cString: text).split(separator: ":")
    return (String(parts[0]), parts.count > 1 ? Means(rawValue: String(parts[1])) ?? .abort : .abort)
  }

  private static func kill(by means: Means) {
    switch means {
    case .abort: abort()
    case .segv: UnsafeMutablePointer<Int>(bitPattern: 8)?.pointee = 1
    case .trap: preconditionFailure("the chosen command")
    case .overflow: _ = overflow(1)
    case .memory:
      var blocks: [[UInt8]] = []
      while true { blocks.append([UInt8](repeating: 1, count: 1 << 20)) }
    }
  }

  private static func overflow(_ depth: Int) -> Int {
    let numbers = (depth, depth, depth, depth)
    return depth == .max ? 0 : overflow(depth + 1) + numbers.0 + numbers.3
  }
  #endif

  /// Kills the process if the command with this id, which is about to be executed, is the chosen one.
  @inline(__always)
  package static func strike(_ id: @autoclosure () -> String) {
    #if FAILPOINTS
    if let chosen, chosen.id == id() { kill(by: chosen.means) }
    #endif
  }
}
