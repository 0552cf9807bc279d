package import Logging

/// Passes on what ``LogSampling`` admits.
package struct SamplingLogHandler: LogHandler {
  private var inner: any LogHandler
  private let sampling: LogSampling

  package init(_ inner: any LogHandler, sampling: LogSampling) {
    self.inner = inner
    self.sampling = sampling
  }

  package var logLevel: Logger.Level {
    get { inner.logLevel }
    set { inner.logLevel = newValue }
  }

  package var metadata: Logger.Metadata {
    get { inner.metadata }
    set { inner.metadata = newValue }
  }

  package var metadataProvider: Logger.MetadataProvider? {
    get { inner.metadataProvider }
    set { inner.metadataProvider = newValue }
  }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { inner[metadataKey: key] }
    set { inner[metadataKey: key] = newValue }
  }

  package func log(event: LogEvent) {
    guard let suppressed = sampling.admit(file: event.file, line: event.line) else { return }
    guard suppressed > 0 else { return inner.log(event: event) }
    var event = event
    event.metadata = (event.metadata ?? [:]).merging(["suppressed": "\(suppressed)"]) { own, _ in own }
    inner.log(event: event)
  }
}
