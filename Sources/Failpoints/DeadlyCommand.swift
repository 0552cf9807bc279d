#if FAILPOINTS
import Glibc
#endif

/// A command that a test has chosen to kill every process that carries it out. Debug builds only, as ``Failpoint``.
package enum DeadlyCommand {
  #if FAILPOINTS
  /// WORKSPACE_WORKER_DEADLY_COMMAND: its id.
  private static let chosen = getenv("WORKSPACE_WORKER_DEADLY_COMMAND").map { String(cString: $0) }
  #endif

  /// The command with this id is about to be carried out.
  @inline(__always)
  package static func strike(_ id: @autoclosure () -> String) {
    #if FAILPOINTS
    if let chosen, chosen == id() { abort() }
    #endif
  }
}
