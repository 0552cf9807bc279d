import EndToEndSupport
import Foundation
import Glibc
import Messaging
import PostgresClient
import TestSupport
import Testing

/// How many connections a worker has when it does all kinds of work.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct ConnectionCountTests {
  @Test func `a worker never has more connections than documented`() async throws {
    let deployment = try Deployment.current
    let (tenant, root) = (Command.newID(), Command.newID())
    let worker = try await deployment.activeWorker()
    let sender = try await CommandSender.open(on: deployment.host)
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let queries = try await QueryClient.open(on: deployment.host)
    try await sender.send([.createRoot(tenant, id: root)] + (0..<50).map { .create(tenant, "w\($0)", below: root) })
    _ = try await results.first(51)
    // Queries that are answered at once, queries that the primary has to answer, and commands sent as queries, all at
    // the same time.
    let answers = try await queries.ask(
      (0..<60).map { number in
        number % 3 == 0
          ? .delete(tenant, root)
          : Command(
            "workspace.list", "{}", tenant: tenant, extra: #","minsequence":"\#(number * 10)""#)
      })
    #expect(answers.count == 60)
    try await deployment.host.publish(["no command"], to: "workspace.commands")
    try await deployment.host.publish(["a dead letter"], to: "workspace.commands.dead")
    try await deployment.database.withConnection { connection in
      try await Patience.poll(for: "both dead letters are in the ledger") {
        try await connection.query(
          "letters", "select count(*) from dead_letters where reason <> 'unknown_command_type'")[0]
          .count() == 2
      }
    }

    // To PostgreSQL the 4 of the query pool and 8 others, to the broker 8.
    let connections = try Self.connections(of: worker)
    #expect((10...20).contains(connections), "\(connections)")
    #expect(try await worker.drain() == .code(0))
    await sender.close()
    await results.close()
    await queries.close()
  }

  /// The number of the worker's established TCP connections (proc(5), `/proc/net/tcp`).
  private static func connections(of worker: WorkerProcess) throws -> Int {
    let folder = "/proc/\(worker.pid)/fd"
    let files = try FileManager.default.contentsOfDirectory(atPath: folder)
    let targets = files.compactMap { file -> String? in
      var target = [CChar](repeating: 0, count: 256)
      let length = readlink("\(folder)/\(file)", &target, target.count)
      return length > 0 ? String(decoding: target[..<length].map(UInt8.init(bitPattern:)), as: UTF8.self) : nil
    }
    let sockets = Set(targets.filter { $0.hasPrefix("socket:[") }.map { String($0.dropFirst(8).dropLast()) })
    // The file reports a size of 0, which some ways to read a file take at face value.
    let handle = try #require(FileHandle(forReadingAtPath: "/proc/\(worker.pid)/net/tcp"))
    let table = String(decoding: try handle.readToEnd() ?? Data(), as: UTF8.self)
    let established = "01"
    return table.split(separator: "\n").dropFirst().count { line in
      let columns = line.split(separator: " ")
      return columns.count > 9 && columns[3] == established && sockets.contains(String(columns[9]))
    }
  }
}
