private import CCrashWitness
private import Glibc

/// Tells another program which message this process was handling when it ended itself, by a trap, a fault or abort().
///
/// This is the only evidence that a command kills processes: a process that is killed from outside, or that loses its
/// session or its machine, leaves none. The signal handler runs the program and waits until it ends, so that this also
/// works for the first process of a container, whose end takes all others with it.
package enum CrashWitness {
  package struct Failed: Error, CustomStringConvertible {
    package let description: String
  }

  /// Starts watching. To be called once.
  ///
  /// - Parameters:
  ///   - arguments: for the program to run, which is this same program; the signal's number and the ``InHand/Stage``
  ///     (0: no message) are added, and the body of the message is on standard input.
  ///   - patience: how long the program may take before it is killed; fractions of a second are dropped.
  package static func install(arguments: [String], patience: Duration) throws(Failed) {
    var pointers = (["workspace-worker"] + arguments).map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    let milliseconds = Int32(clamping: patience.components.seconds * 1000)
    let error = cwitness_install("/proc/self/exe", &pointers, milliseconds)
    guard error == 0 else { throw Failed(description: "crashes can't be watched: \(String(cString: strerror(error)))") }
  }

  /// Bounds the memory that this process may allocate: allocating more ends the process by a trap, which identifies the
  /// message at fault; without a bound, the system would end it by SIGKILL, which leaves no evidence.
  ///
  /// The system counts the whole stack of a thread, used or not. Stacks don't count here: neither those of
  /// ``exemptStack(_:)`` nor those of the threads of libdispatch and NIO, of which each has as many as there are
  /// processors, and a few more.
  ///
  /// - Parameter bytes: the limit of private, writable memory (RLIMIT_DATA, getrlimit(2)).
  package static func limitMemory(to bytes: Int) throws(Failed) {
    let error = cwitness_limit_memory(bytes + systemThreads * systemStackBytes)
    guard error == 0 else { throw Failed(description: "memory can't be limited: \(String(cString: strerror(error)))") }
  }

  private static var systemThreads: Int { 3 * max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) + 8 }
  /// The usual size (ulimit -s).
  private static let systemStackBytes = 8 << 20

  /// Raises the limit of ``limitMemory(to:)`` by the stack of a thread that begins.
  package static func exemptStack(_ bytes: Int) { cwitness_exempt_memory(bytes, 1) }

  /// Lowers the limit again: the thread ends.
  package static func countStack(_ bytes: Int) { cwitness_exempt_memory(bytes, 0) }

  /// Gives the calling thread a stack for the handler to run on even if the thread's own stack has overflowed.
  package static func adoptThread() { _ = cwitness_give_stack() }

  /// Releases the stack of ``adoptThread()``: the calling thread is about to end.
  package static func leaveThread() { cwitness_drop_stack() }
}
