import CLinux

/// A serial executor with a thread of its own, for an actor that owns a handle of a C library.
///
/// The thread runs the actor's jobs. Between jobs it waits in `poll()` on the actor's socket and on an eventfd that new
/// jobs signal: neither is polled on a timer, and a blocking call of the C library blocks no other thread. Tasks that
/// do little but call the actor may prefer this executor, too: their calls then need no thread switch.
///
/// The thread ends when the last reference to its executor is released. The actor holds a reference, and the runtime
/// holds one for each task that prefers the executor: so no job can be left without its thread.
package final class ThreadExecutor: SerialExecutor, TaskExecutor {
  /// The process has no file descriptor or thread left. That may be temporary.
  package struct Unavailable: Error, Sendable, Equatable {
    package let reason: String
  }

  private let loop: ThreadLoop

  /// - Parameter name: the thread's name as `ps` and profilers show it; truncated to 15 bytes.
  package init(name: String) throws(Unavailable) {
    loop = try ThreadLoop(name: name)
    try loop.start(self)
  }

  deinit { loop.stop() }

  /// Sets the actor whose socket is waited on between jobs. It is held weakly, since it owns the executor.
  package func attach(_ source: any PollSource) { loop.attach(source) }

  package func enqueue(_ job: consuming ExecutorJob) { loop.enqueue(UnownedJob(job)) }

  package func isIsolatingCurrentContext() -> Bool? { loop.isCurrent }
  package func checkIsolated() { precondition(loop.isCurrent, "not on the thread \(loop.name)") }
}
