import Logging
import ServiceLifecycleTestKit
import TestSupport
import Testing
import Tracing

@testable import OTLPExporter

@Suite(.timeLimit(.minutes(10))) struct OTLPExporterTests {
  /// How an exporter is told to end.
  enum Ending: CaseIterable {
    case shutdown
    case cancellation
  }

  private let buffer = SpanBuffer()
  private let log = LogRecorder()

  private func add(_ numbers: Range<Int>) {
    for number in numbers {
      OTLPTracer(buffer)
        .startSpan("span \(number)", context: .topLevel, ofKind: .internal, at: DefaultTracerClock.now).end()
    }
  }

  private func exporter(to receiver: FakeReceiver, finalLimit: Duration = Patience.limit) -> OTLPExporter {
    OTLPExporter(
      endpoint: "http://127.0.0.1:\(receiver.port)", interval: .milliseconds(1),
      requestLimit: Patience.limit, finalLimit: finalLimit, resource: [:],
      buffer: buffer, logger: log.logger)
  }

  /// Runs `exporter` until the first request has arrived, and then ends it.
  ///
  /// - Parameter then: called after the exporter was told to end.
  private func run(
    _ exporter: OTLPExporter, to receiver: FakeReceiver, _ ending: Ending = .shutdown,
    then: @escaping @Sendable () -> Void
  ) async throws {
    try await testGracefulShutdown { trigger in
      let running = Task { try await exporter.run() }
      try await receiver.requests.wait { !$0.isEmpty }
      switch ending {
      case .shutdown: trigger.triggerGracefulShutdown()
      case .cancellation: running.cancel()
      }
      // Gives it the time to do something wrong.
      for _ in 1...1000 { await Task.yield() }
      then()
      try await running.value
    }
    receiver.close()
  }

  @Test(arguments: Ending.allCases)
  func `the request in progress when it ends is finished, and all other spans are sent once`(ending: Ending)
    async throws
  {
    let receiver = try FakeReceiver.start()
    add(0..<OTLPExporter.batchCount + 1)
    try await run(exporter(to: receiver), to: receiver, ending) {
      add(OTLPExporter.batchCount + 1..<OTLPExporter.batchCount + 5)
      receiver.answer()
    }
    let names = receiver.requests.value.flatMap(\.names)
    #expect(names.sorted() == (0..<OTLPExporter.batchCount + 5).map { "span \($0)" }.sorted())
    #expect(buffer.exportedCount == OTLPExporter.batchCount + 5 && buffer.droppedCount == 0 && buffer.count == 0)
    #expect(log.entries.isEmpty)
  }

  @Test func `a receiver that does not answer holds up the end only for the final limit`() async throws {
    let receiver = try FakeReceiver.start()
    add(0..<OTLPExporter.batchCount + 1)
    try await run(exporter(to: receiver, finalLimit: .milliseconds(10)), to: receiver) {}
    #expect(receiver.requests.value.count == 1)
    #expect(buffer.exportedCount == 0 && buffer.droppedCount == OTLPExporter.batchCount)
    let error = try #require(log.entries.first?.metadata["error"])
    #expect(!error.lowercased().contains("deadline"), "the limit of a request, which is longer, was not waited for")
  }

  @Test func `a redirect is not followed: it would lose the spans`() async throws {
    let receiver = try FakeReceiver.start { request in
      request.head.hasPrefix("POST /v1/traces ") ? "302 Found\r\nLocation: /elsewhere?token=sesame" : "200 OK"
    }
    add(0..<3)
    try await run(exporter(to: receiver), to: receiver) { receiver.answer() }
    #expect(receiver.requests.value.count == 1)
    #expect(buffer.exportedCount == 0 && buffer.droppedCount == 3)
    let warning = try #require(log.entries.first)
    #expect(
      warning.level == .warning && warning.metadata["error"]?.contains("HTTP 302: the endpoint redirects") == true)
    #expect(!warning.metadata.values.contains { $0.contains("sesame") })
  }
}
