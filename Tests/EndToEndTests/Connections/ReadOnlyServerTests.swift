import EndToEndSupport
import PostgresClient
import TestSupport
import Testing

/// What a failover leaves: a read-only server.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct ReadOnlyServerTests {
  @Test func `a worker does not become active on a read-only server, and continues when it is writable`() async throws {
    let deployment = try Deployment.current
    let stream = try await ObservedStream.open(deployment, count: 60)
    let worker = try await deployment.activeWorker()
    try await stream.send(0..<30)
    try await stream.answers(30)
    try await setReadOnly(true, deployment)
    try await deployment.endActiveSession()
    try await worker.misses("read-only")
    try await stream.send(30..<60)
    try await setReadOnly(false, deployment)
    try await worker.becomesReady()
    try await stream.expectOneEffectEach(worker)
  }

  @Test
  func `a worker that accepts any server checks it before it is active, and costs no command an attempt`()
    async throws
  {
    let deployment = try Deployment.current
    let stream = try await ObservedStream.open(deployment, count: 30)
    // A client that asks for any server gets one.
    var url = deployment.database.url
    url += (url.contains("?") ? "&" : "?") + "target_session_attrs=any"
    try await setReadOnly(true, deployment)
    let worker = try deployment.startWorker(["POSTGRES_URL": url])
    try await stream.send()
    try await worker.misses("25006")
    // More often than a command may fail.
    try await Patience.poll(for: "five sessions have detected the read-only server") {
      worker.program.errors.split(separator: "25006").count > 5
    }
    try await setReadOnly(false, deployment)
    try await stream.expectOneEffectEach(worker)
  }

  @Test func `of several hosts the first writable one is used`() async throws {
    let deployment = try Deployment.current
    let stream = try await ObservedStream.open(deployment, count: 30)
    let dead = try FaultProxy(toPort: 1)
    dead.refuse()
    let url = deployment.database.url.replacing("127.0.0.1:", with: "127.0.0.1:\(dead.port),127.0.0.1:")
    let separator = url.contains("?") ? "&" : "?"
    let worker = try await deployment.activeWorker(["POSTGRES_URL": url + separator + "target_session_attrs=read-write"]
    )
    try await stream.send()
    try await stream.expectOneEffectEach(worker)
  }

  private func setReadOnly(_ isReadOnly: Bool, _ deployment: Deployment) async throws {
    // A session that is read-only itself could not change it back.
    let value = isReadOnly ? "on" : "off"
    try await deployment.database.withConnection(configure: { $0.settings["default_transaction_read_only"] = "off" }) {
      try await $0.execute(
        script: "alter database \(deployment.database.name) set default_transaction_read_only = \(value)")
    }
  }
}
