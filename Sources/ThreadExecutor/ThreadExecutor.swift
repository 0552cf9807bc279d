import CLinux
import Glibc
import Synchronization

/// A serial executor with a thread of its own, for an actor that owns a handle of a C library.
///
/// The thread runs the actor's jobs, and between them waits in `poll()` on the actor's socket and on an eventfd
/// that new jobs signal: neither side polls on a timer, and a blocking call of the C library blocks nobody else.
///
/// Ownership: the executor keeps itself alive until ``stop()``. Jobs that arrive after the thread has ended would
/// never run, so an actor closes its handle first and stops its executor last.
package final class ThreadExecutor: SerialExecutor {
  /// Header tables of AMQP messages are decoded recursively by librabbitmq; 128 KiB of the deepest nesting that
  /// fits a frame needs about 7 MB of stack. Untouched pages cost nothing.
  private static let stackBytes = 64 << 20

  private struct State {
    var jobs: [UnownedJob] = []
    var isSleeping = false
    var isStopping = false
    weak var source: (any PollSource)?
  }

  private let state = Mutex(State())
  private let thread = Atomic<UInt>(0)
  private let wakeup: Int32
  private let name: String

  /// - Parameter name: the thread's name as `ps` and profilers show it; 15 bytes at most are kept.
  /// - Precondition: the process may open a descriptor and start a thread.
  package init(name: String) {
    self.name = name
    wakeup = clinux_eventfd()
    precondition(wakeup >= 0, "no descriptor is left for an eventfd: errno \(errno)")
    let context = Unmanaged.passRetained(self).toOpaque()
    let result = clinux_start_thread(
      Self.stackBytes,
      { context in
        // The reference taken by passRetained is given back when the thread ends.
        Unmanaged<ThreadExecutor>.fromOpaque(context!).takeRetainedValue().run()
        return nil
      }, context)
    precondition(result == 0, "no thread could be started: error \(result)")
  }

  deinit { close(wakeup) }

  /// The actor whose socket is waited on between jobs. Held weakly: it owns the executor.
  package func attach(_ source: any PollSource) {
    state.withLock { $0.source = source }
    clinux_eventfd_signal(wakeup)
  }

  /// Ends the thread after the jobs that are queued now.
  package func stop() {
    state.withLock { $0.isStopping = true }
    clinux_eventfd_signal(wakeup)
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let mustWake = state.withLock { state in
      state.jobs.append(job)
      defer { state.isSleeping = false }
      return state.isSleeping
    }
    if mustWake { clinux_eventfd_signal(wakeup) }
  }

  package func isIsolatingCurrentContext() -> Bool? { isCurrent }
  package func checkIsolated() { precondition(isCurrent, "not on the thread \(name)") }

  private var isCurrent: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }

  private func run() {
    thread.store(UInt(pthread_self()), ordering: .relaxed)
    name.withCString(clinux_name_thread)
    var jobs: [UnownedJob] = []
    while true {
      let isStopping = state.withLock { state in
        swap(&jobs, &state.jobs)
        return state.isStopping
      }
      if isStopping && jobs.isEmpty { return }
      for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
      jobs.removeAll(keepingCapacity: true)
      wait()
    }
  }

  /// The source, for the length of one call: were it held while the thread sleeps, an actor that nobody else holds
  /// any more would never go, and with it neither its socket nor this thread.
  private var source: (any PollSource)? { state.withLock { $0.source } }

  /// Sleeps until a job arrives, the source's descriptor is readable or its timeout has passed.
  private func wait() {
    let request = source?.assumeIsolated { $0.pollRequest() } ?? .idle
    let maySleep = state.withLock { state in
      state.isSleeping = state.jobs.isEmpty && !state.isStopping
      return state.isSleeping
    }
    var descriptors = [
      pollfd(fd: wakeup, events: Int16(POLLIN), revents: 0),
      pollfd(fd: request.descriptor, events: Int16(request.waitsForWriting ? POLLIN | POLLOUT : POLLIN), revents: 0),
    ]
    let ready = poll(&descriptors, 2, maySleep ? request.timeout : 0)
    state.withLock { $0.isSleeping = false }
    if descriptors[0].revents != 0 { clinux_eventfd_drain(wakeup) }
    // With jobs waiting, a poll that found nothing says nothing about the source's timeout.
    let timedOut = ready == 0 && (maySleep || request.timeout == 0)
    guard descriptors[1].revents != 0 || (timedOut && request.timeout >= 0) || request.timeout == 0 else { return }
    source?.assumeIsolated { $0.service() }
  }
}
