package import CoreMetrics
import FoundationEssentials
import Glibc
import PrometheusExporter
import Synchronization

/// What the system reports about this process, from /proc (proc(5)).
package final class ProcessMetrics: Sendable {
  private let memory: Gauge
  private let descriptors: Gauge
  private let descriptorLimit: Gauge
  private let threads: Gauge
  private let processor: FloatingPointCounter
  private let processorTime: @Sendable () -> Double
  /// The processor time already added to the counter, in seconds.
  private let countedTime = Mutex(0.0)

  /// - Parameter processorTime: how many seconds of processor time the process has used so far.
  package init(
    _ factory: any MetricsFactory, processorTime: @escaping @Sendable () -> Double = ProcessMetrics.usedProcessorTime
  ) {
    self.processorTime = processorTime
    let instruments = Instruments(factory: factory)
    memory = instruments.gauge(MetricCatalogue.processMemory)
    descriptors = instruments.gauge(MetricCatalogue.processDescriptors)
    descriptorLimit = instruments.gauge(MetricCatalogue.processDescriptorLimit)
    threads = instruments.gauge(MetricCatalogue.processThreads)
    processor = FloatingPointCounter(label: MetricCatalogue.processCPU.name, factory: factory)
    instruments.gauge(MetricCatalogue.processStart).record(Self.startTime)
  }

  /// User and system time of this process, in seconds.
  package static func usedProcessorTime() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_utime.seconds + usage.ru_stime.seconds
  }

  /// Updates the instruments.
  package func collect() {
    countedTime.withLock { counted in
      // Read with the lock held: of two scrapes at once, the later to add must not be the earlier to have read.
      let time = processorTime()
      guard time > counted else { return }
      processor.increment(by: time - counted)
      counted = time
    }
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    descriptorLimit.record(limit.rlim_cur == UInt64.max ? Double.infinity : Double(limit.rlim_cur))
    descriptors.record((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0)
    let fields = Self.statistics
    if fields.count > 21 {
      threads.record(Int(fields[17]) ?? 0)
      memory.record((Int(fields[21]) ?? 0) * sysconf(Int32(_SC_PAGESIZE)))
    }
  }

  /// The fields of /proc/self/stat after the program's name: the first of them is the file's third.
  private static var statistics: [Substring] {
    let data = FileManager.default.contents(atPath: "/proc/self/stat") ?? Data()
    let text = String(decoding: data, as: UTF8.self)
    return text.lastIndex(of: ")").map { text[text.index($0, offsetBy: 2)...].split(separator: " ") } ?? []
  }

  /// When the process started, in seconds since 1970: now, less its running time.
  private static var startTime: Double {
    var now = timespec()
    var sinceBoot = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    clock_gettime(CLOCK_BOOTTIME, &sinceBoot)
    let fields = statistics
    let started = fields.count > 19 ? (Double(fields[19]) ?? 0) / Double(sysconf(Int32(_SC_CLK_TCK))) : 0
    return now.seconds - (sinceBoot.seconds - started)
  }
}

extension timeval {
  fileprivate var seconds: Double { Double(tv_sec) + Double(tv_usec) / 1e6 }
}

extension timespec {
  fileprivate var seconds: Double { Double(tv_sec) + Double(tv_nsec) / 1e9 }
}
