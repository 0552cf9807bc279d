import Foundation

/// The processor time of the calling thread: that of other tests, which run at the same time, does not count.
enum ThreadTime {
  static func now() -> Duration {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }
}
