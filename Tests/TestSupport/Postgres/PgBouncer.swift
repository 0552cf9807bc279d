import Foundation
import Glibc

/// A separate PgBouncer in front of the server that integration tests use.
package final class PgBouncer: Sendable {
  private let reservation: PortReservation
  private let process: Process
  private let folder: URL

  private init(reservation: PortReservation, process: Process, folder: URL) {
    self.reservation = reservation
    self.process = process
    self.folder = folder
  }

  /// Provides one that answers.
  ///
  /// - Parameter settings: lines of its configuration, such as `pool_mode = session`.
  package static func with<Answer>(_ settings: String..., body: (PgBouncer) async throws -> Answer) async throws
    -> Answer
  {
    let bouncer = try start(settings)
    defer { bouncer.stop() }
    try await bouncer.answers()
    return try await body(bouncer)
  }

  private static func start(_ settings: [String]) throws -> PgBouncer {
    guard let server = URLComponents(string: try PostgresServer.url()), let user = server.user else {
      throw PostgresServer.NoURL()
    }
    let reservation = try PortReservation()
    let folder = try PlainAccount.makeFolder()
    let login = "user=\(user)" + (server.password.map { " password='\($0)'" } ?? "")
    let configuration = """
      [databases]
      * = host=\(server.host ?? "127.0.0.1") port=\(server.port ?? 5432) \(login)
      [pgbouncer]
      listen_addr = 127.0.0.1
      listen_port = \(reservation.port)
      unix_socket_dir =
      auth_type = any
      \(settings.joined(separator: "\n"))
      """
    let file = try PlainAccount.write(configuration, to: "pgbouncer.ini", in: folder)
    let process = try PlainAccount.start(["/usr/sbin/pgbouncer", file.path], in: folder, log: "pgbouncer.log")
    return PgBouncer(reservation: reservation, process: process, folder: folder)
  }

  package var port: Int { reservation.port }

  private func answers() async throws {
    try await Patience.poll(for: "PgBouncer listens; it says \(log)") {
      guard process.isRunning else { throw PlainAccount.Failed(description: "PgBouncer has ended: \(log)") }
      return (try? BlockingSocket.connected(toPort: port)) != nil
    }
  }

  private var log: String { (try? String(contentsOf: folder.appending(path: "pgbouncer.log"), encoding: .utf8)) ?? "" }

  private func stop() {
    // Not SIGTERM: a child of a thread that blocks it would never receive it. Nothing needs to be saved.
    kill(process.processIdentifier, SIGKILL)
    reservation.socket.close()
    try? FileManager.default.removeItem(at: folder)
  }

  /// A URL that leads through it.
  package func url(of url: String) -> String {
    guard var components = URLComponents(string: url) else { return url }
    components.host = "127.0.0.1"
    components.port = port
    return components.string ?? url
  }
}
