import Foundation
import RabbitMQClient
import TestSupport
import Testing

/// A connection's thread and socket end with it, in whatever way it ends.
@Suite(.timeLimit(.minutes(10))) struct ConnectionLifetimeTests {
  /// The threads of this process with a name; a thread's end has no other signal.
  private func threads(named name: String) throws -> Int {
    let tasks = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")
    return tasks.count { (try? String(contentsOfFile: "/proc/self/task/\($0)/comm", encoding: .utf8)) == name + "\n" }
  }

  private func waitForEnd(of name: String) async throws {
    while try threads(named: name) > 0 { try await Task.sleep(for: .milliseconds(5)) }
  }

  private func configuration(_ broker: FakeBroker, threadName: String) throws -> RabbitMQConfiguration {
    var configuration = try broker.configuration()
    configuration.threadName = threadName
    return configuration
  }

  @Test func `a closed connection ends its thread`() async throws {
    let broker = try FakeBroker(.obedient)
    var configuration = try configuration(broker, threadName: "test-closed")
    configuration.closeTimeout = .milliseconds(50)
    try await { [configuration] in
      let connection = try await RabbitMQConnection.open(configuration)
      #expect(try threads(named: "test-closed") == 1)
      await connection.close()
      #expect(try await connection.waitUntilClosed() == .closed)
      await #expect(throws: RabbitMQError.closed) { try await RabbitMQPublisher.start(on: connection) }
    }()
    try await waitForEnd(of: "test-closed")
  }

  @Test func `an unreferenced connection ends its thread`() async throws {
    let broker = try FakeBroker(.obedient)
    let configuration = try configuration(broker, threadName: "test-dropped")
    try await {
      let publisher = try await RabbitMQPublisher.start(on: RabbitMQConnection.open(configuration))
      #expect(publisher.connection.generation > 0)
    }()
    try await waitForEnd(of: "test-dropped")
  }

  @Test func `a connection that was never established ends its thread`() async throws {
    let broker = try FakeBroker(.bytes(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)))
    let configuration = try configuration(broker, threadName: "test-failed")
    await #expect(throws: RabbitMQError.self) { _ = try await RabbitMQConnection.open(configuration) }
    try await waitForEnd(of: "test-failed")
  }

  @Test func `each connection has a higher generation`() async throws {
    var last: UInt64 = 0
    for _ in 0..<3 {
      let broker = try FakeBroker(.obedient)
      let connection = try await RabbitMQConnection.open(broker.configuration())
      #expect(connection.generation > last)
      last = connection.generation
    }
  }

  @Test func `waiting for the end of a connection ends with its task`() async throws {
    let broker = try FakeBroker(.obedient)
    let connection = try await RabbitMQConnection.open(broker.configuration())
    let waiting = Task { try await connection.waitUntilClosed() }
    waiting.cancel()
    await #expect(throws: CancellationError.self) { _ = try await waiting.value }
  }
}
