import CLinux
import CrashWitness
import Glibc
import Synchronization

/// The thread of a ``ThreadExecutor``: runs jobs, and sleeps until there are more or the socket is ready.
final class ThreadLoop: Sendable {
  /// The size of the thread's stack. librabbitmq decodes the server properties in the handshake recursively: a frame of
  /// 128 KiB with the deepest possible nesting needs about 7 MB of stack. Untouched pages cost nothing, but do count
  /// against a limit of the process's memory.
  private static let stackBytes = 16 << 20

  private struct State {
    var jobs: [UnownedJob] = []
    var isSleeping = false
    var isStopping = false
    weak var executor: ThreadExecutor?
    weak var source: (any PollSource)?
  }

  let name: String

  private let state = Mutex(State())
  private let thread = Atomic<UInt>(0)
  private let wakeup: Int32

  init(name: String) throws(ThreadExecutor.Unavailable) {
    self.name = name
    wakeup = clinux_eventfd()
    guard wakeup >= 0 else {
      throw ThreadExecutor.Unavailable(
        reason: "no descriptor is left for its thread (\(String(cString: strerror(errno))))")
    }
  }

  deinit { if wakeup >= 0 { close(wakeup) } }

  /// - Parameter executor: the executor whose jobs the thread runs.
  func start(_ executor: ThreadExecutor) throws(ThreadExecutor.Unavailable) {
    state.withLock { $0.executor = executor }
    let context = Unmanaged.passRetained(self).toOpaque()
    CrashWitness.exemptStack(Self.stackBytes)
    let result = clinux_start_thread(
      Self.stackBytes,
      { context in
        // The reference taken by passRetained is released when the thread ends.
        Unmanaged<ThreadLoop>.fromOpaque(context!).takeRetainedValue().run()
        return nil
      }, context)
    guard result == 0 else {
      CrashWitness.countStack(Self.stackBytes)
      Unmanaged<ThreadLoop>.fromOpaque(context).release()
      throw ThreadExecutor.Unavailable(reason: "no thread can be started (\(String(cString: strerror(result))))")
    }
  }

  /// Ends the thread. Called when nothing references the executor any more, so that no job is left, and none can come.
  func stop() {
    state.withLock { $0.isStopping = true }
    clinux_eventfd_signal(wakeup)
  }

  func attach(_ source: any PollSource) {
    state.withLock { $0.source = source }
    clinux_eventfd_signal(wakeup)
  }

  func enqueue(_ job: UnownedJob) {
    let mustWake = state.withLock { state in
      state.jobs.append(job)
      defer { state.isSleeping = false }
      return state.isSleeping
    }
    if mustWake { clinux_eventfd_signal(wakeup) }
  }

  var isCurrent: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }

  private func run() {
    thread.store(UInt(pthread_self()), ordering: .relaxed)
    name.withCString(clinux_name_thread)
    CrashWitness.adoptThread()
    defer {
      CrashWitness.leaveThread()
      CrashWitness.countStack(Self.stackBytes)
    }
    var jobs: [UnownedJob] = []
    while runJobs(&jobs) { wait() }
  }

  /// Runs the waiting jobs. The executor is held only meanwhile: if it were held while the thread sleeps, it would
  /// never be released.
  ///
  /// - Parameter jobs: an empty array, reused for its memory.
  /// - Returns: false when the thread is to end.
  private func runJobs(_ jobs: inout [UnownedJob]) -> Bool {
    let (executor, isStopping) = state.withLock { state in
      swap(&jobs, &state.jobs)
      return (state.executor, state.isStopping)
    }
    guard let executor else { return !isStopping }
    for job in jobs {
      job.runSynchronously(
        isolatedTo: executor.asUnownedSerialExecutor(), taskExecutor: executor.asUnownedTaskExecutor())
    }
    jobs.removeAll(keepingCapacity: true)
    return true
  }

  /// The source, held only during one call: if it were held while the thread sleeps, an actor without other references
  /// would never be released, nor would its socket and this thread.
  private var source: (any PollSource)? { state.withLock { $0.source } }

  /// Sleeps until a job arrives, the source's descriptor is ready, or its timeout has passed; in the last two cases
  /// services the source.
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
    // While jobs are waiting, a poll without events does not mean that the source's timeout has passed.
    let timedOut = ready == 0 && (maySleep || request.timeout == 0)
    guard descriptors[1].revents != 0 || (timedOut && request.timeout >= 0) || request.timeout == 0 else { return }
    source?.assumeIsolated { $0.service() }
  }
}
