import Glibc

/// How many descriptors the process may open (RLIMIT_NOFILE, getrlimit(2)).
///
/// A worker opens a bounded number of them, and must not run out: libdispatch, which runs Swift's tasks, reads /proc to
/// watch its threads, and traps if it can't (`_dispatch_workq_count_runnable_workers` in its `event/workqueue.c`).
enum DescriptorLimit {
  struct TooLow: Error, CustomStringConvertible {
    let limit: UInt
    let needed: UInt

    var description: String {
      "the process may open \(limit) descriptors and needs \(needed): raise its hard limit (ulimit -Hn, LimitNOFILE=)"
    }
  }

  /// Twice the most descriptors that a worker has open while it reconnects.
  static func needed(poolSize: Int) -> UInt { UInt(256 + 4 * poolSize) }

  /// Raises the soft limit if it is lower.
  ///
  /// - Throws: ``TooLow`` if the hard limit is lower, too.
  static func require(_ needed: UInt) throws(TooLow) {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < needed else { return }
    guard limit.rlim_max >= needed else { throw TooLow(limit: limit.rlim_max, needed: needed) }
    limit.rlim_cur = needed
    guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
      throw TooLow(limit: limit.rlim_cur, needed: needed)
    }
  }
}
