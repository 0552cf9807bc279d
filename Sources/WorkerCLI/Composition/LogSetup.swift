import Glibc
import Logging
import Observability
import Settings

/// Starts logging, to standard error.
enum LogSetup {
  /// Must be called only once.
  ///
  /// - Parameter sampling: limits what is written; nil to write everything.
  /// - Returns: the program's logger.
  static func start(_ settings: WorkerConfiguration.Log, sampling: LogSampling? = nil) -> Logger {
    let format = settings.format ?? (isatty(STDERR_FILENO) == 1 ? .text : .json)
    LoggingSystem.bootstrap { label in
      var handler: any LogHandler =
        switch format {
        case .json: JSONLogHandler(label: label)
        case .text: TextLogHandler(label: label)
        }
      if let sampling { handler = SamplingLogHandler(handler, sampling: sampling) }
      handler.logLevel = settings.level
      return handler
    }
    return Logger(label: "workspace-worker")
  }
}
