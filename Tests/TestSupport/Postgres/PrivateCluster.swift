import Coordination
import Foundation
import Glibc
package import PostgresClient
import Synchronization

/// A PostgreSQL server that belongs to one test, for settings and faults that would disturb other tests. Its only role,
/// `postgres`, is a superuser and needs no password.
package final class PrivateCluster: Sendable {
  package let url: String
  package let port: Int
  private let process: Mutex<Process>
  private let folder: URL

  private init(port: Int, folder: URL) throws {
    url = "postgres://postgres@127.0.0.1:\(port)/postgres?sslmode=disable"
    self.port = port
    self.folder = folder
    process = Mutex(try Self.launch(port, folder))
  }

  /// Runs `body` with a new server that answers.
  package static func with(_ body: (PrivateCluster) async throws -> Void) async throws {
    try await with(
      { data, folder in
        try await PlainAccount.run(
          [
            try program("initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync",
          ],
          in: folder, log: "initdb.log")
      }, body)
  }

  /// Runs `body` with a standby of `primary`. A replication slot keeps the WAL that the standby has not received yet.
  package static func with(standbyOf primary: PrivateCluster, _ body: (PrivateCluster) async throws -> Void)
    async throws
  {
    try await with(
      { data, folder in
        try await PlainAccount.run(
          [
            try program("pg_basebackup"), "-D", data, "-d", primary.url, "-R", "-X", "stream", "--checkpoint=fast",
            "--no-sync", "-C",
            "-S", "standby",
          ], in: folder, log: "basebackup.log")
      }, body)
  }

  private static func with(
    _ fill: (_ data: String, _ folder: URL) async throws -> Void, _ body: (PrivateCluster) async throws -> Void
  ) async throws {
    let folder = try PlainAccount.makeFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let data = folder.appending(path: "data").path
    try await fill(data, folder)
    // Held for as long as the server may be down: anybody who asks the kernel for a port could get this one then.
    let reservation = try PortReservation()
    defer { reservation.socket.close() }
    let cluster = try PrivateCluster(port: reservation.port, folder: folder)
    defer { cluster.stop() }
    try await cluster.answers()
    try await body(cluster)
  }

  private static func launch(_ port: Int, _ folder: URL) throws -> Process {
    try PlainAccount.start(
      [
        try program("postgres"), "-D", folder.appending(path: "data").path, "-p", "\(port)",
        "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "shared_buffers=16MB",
        // Files of the cluster: those in /dev/shm outlive a server that is killed.
        "-c", "max_connections=50", "-c", "dynamic_shared_memory_type=mmap",
      ],
      in: folder, log: "postgres.log")
  }

  /// The path of a PostgreSQL program, in the newest version that is installed.
  private static func program(_ name: String) throws -> String {
    let versions = try FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql").compactMap(Int.init)
    return "/usr/lib/postgresql/\(versions.max() ?? 0)/bin/\(name)"
  }

  private func answers() async throws {
    try await Patience.poll(for: "the cluster answers") {
      guard isRunning else {
        let said = (try? String(contentsOf: folder.appending(path: "postgres.log"), encoding: .utf8)) ?? ""
        throw PlainAccount.Failed(description: "PostgreSQL has ended: \(said)")
      }
      return await doesAnswer()
    }
  }

  private func doesAnswer() async -> Bool {
    guard let connection = try? await connect(configure: { $0.commitsDurably = false }) else { return false }
    await connection.close()
    return true
  }

  private var isRunning: Bool { process.withLock { $0.isRunning } }

  private var pid: Int32 { process.withLock { $0.processIdentifier } }

  /// Kills all processes of the server at once, as the loss of its machine would.
  package func stop() { signal(SIGKILL) }

  /// Starts the server again after ``stop()``, with the data on its disk. Returns when it answers.
  package func restart() async throws {
    try await Patience.poll(for: "the cluster answers again") {
      // The server does not start while a process of the previous run still exists.
      if !isRunning { try process.withLock { $0 = try Self.launch(port, folder) } }
      return await doesAnswer()
    }
  }

  /// Halts all processes of the server: it takes connections, but does not answer.
  package func halt() { signal(SIGSTOP) }

  /// Lets the processes go on after ``halt()``.
  package func proceed() { signal(SIGCONT) }

  /// Promotes a standby. Returns when it is a primary.
  package func promote() async throws {
    try await execute("do $$ begin if not pg_promote() then raise 'not promoted in time'; end if; end $$")
  }

  /// Waits until this standby has replayed everything that `primary` has on its disk now.
  package func catchesUp(with primary: PrivateCluster) async throws {
    let target = try await primary.value("select pg_current_wal_flush_lsn()::text as value")
    try await Patience.poll(for: "the standby has replayed \(target)") {
      try await value("select (pg_last_wal_replay_lsn() >= '\(target)')::text as value") == "true"
    }
  }

  /// What a query yields as the text `value` of its only row.
  private func value(_ query: String) async throws -> String {
    let connection = try await connect { $0.commitsDurably = false }
    return try await connection.use { try await $0.query("value", "\(raw: query)")[0].text("value") }
  }

  private func signal(_ number: Int32) {
    // Once it has ended, its process ID may belong to another process.
    guard isRunning else { return }
    let pid = pid
    // While the parent is halted it starts no other processes.
    kill(pid, SIGSTOP)
    for child in Self.children(of: pid) { kill(child, number) }
    kill(pid, number)
  }

  /// The processes whose parent is `parent`: the second field after the name, which is in parentheses (proc(5),
  /// `/proc/PID/stat`).
  private static func children(of parent: Int32) -> [Int32] {
    let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap(Int32.init) ?? []
    return processes.filter { process in
      guard let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
        let name = stat.lastIndex(of: ")")
      else { return false }
      return stat[name...].split(separator: " ").dropFirst(2).first.flatMap { Int32($0) } == parent
    }
  }

  /// `HOST:PORT`, for a URL with several hosts.
  package var address: String { "127.0.0.1:\(port)" }

  package func connect(
    configure: (inout PostgresConfiguration) -> Void = { _ in }
  ) async throws -> PostgresConnection {
    var configuration = PostgresConfiguration(url: url)
    configure(&configuration)
    return try await PostgresConnection.connect(configuration, logger: .silent)
  }

  /// Runs a script on a connection of its own. Its commits do not wait for standbys.
  package func execute(_ script: String) async throws {
    let connection = try await connect { $0.commitsDurably = false }
    do {
      try await connection.execute(script: script)
    } catch {
      await connection.close()
      throw error
    }
    await connection.close()
  }

  /// Changes a setting of the whole server. Returns when a new session has it.
  package func set(_ name: String, _ value: String) async throws {
    // ALTER SYSTEM can't be one of several statements in a script.
    try await execute("alter system set \(name) = '\(value)'")
    try await execute("select pg_reload_conf()")
    try await Patience.poll(for: "\(name) is '\(value)'") {
      let connection = try await connect { $0.commitsDurably = false }
      let found = try await connection.query("show", "select current_setting(\(name)) as value")[0].text("value")
      await connection.close()
      return found == value
    }
  }
}
