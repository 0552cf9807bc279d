private import CCrashWitness
private import Glibc

/// Lets another program know which message this process had in hand when it ended itself, by a trap, a fault or abort().
///
/// The only evidence there is that a command kills processes: a process that was killed from outside, or that lost its
/// session or its machine, leaves none. The handler of the signal runs the program and waits for its end, so that it works for
/// the first process of a container, too, with which all others end.
package enum CrashWitness {
  package struct Failed: Error, CustomStringConvertible {
    package let description: String
  }

  /// Begins to watch. To be called once.
  ///
  /// - Parameters:
  ///   - arguments: of this very program; the signal's number and the ``InHand/Stage`` (0: nothing was in hand) are
  ///     added, and the body of the message is on standard input.
  ///   - patience: how long the program may take; it is killed then.
  package static func install(arguments: [String], patience: Duration) throws(Failed) {
    var pointers = (["workspace-worker"] + arguments).map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    let milliseconds = Int32(clamping: patience.components.seconds * 1000)
    let error = cwitness_install("/proc/self/exe", &pointers, milliseconds)
    guard error == 0 else { throw Failed(description: "crashes can't be watched: \(String(cString: strerror(error)))") }
  }

  /// Bounds the memory that this process may allocate: what asks for more ends the process by a trap, and is known by that,
  /// where the system would have ended it by a signal that says nothing.
  ///
  /// - Parameter bytes: of private, writable memory (RLIMIT_DATA, getrlimit(2)).
  package static func limitMemory(to bytes: Int) throws(Failed) {
    let error = cwitness_limit_memory(bytes)
    guard error == 0 else { throw Failed(description: "memory can't be bounded: \(String(cString: strerror(error)))") }
  }

  /// Gives the calling thread a stack on which the handler runs also when the thread's own one has overflowed.
  package static func adoptThread() { _ = cwitness_give_stack() }

  /// The calling thread ends.
  package static func leaveThread() { cwitness_drop_stack() }
}
