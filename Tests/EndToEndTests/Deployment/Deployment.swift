import Foundation
import PostgresClient
import Synchronization
import TestSupport
import Testing

/// A virtual host and a database that belong to one test, and the programs that work on them.
final class Deployment: Sendable {
  @TaskLocal static var scoped: Deployment?

  struct Missing: Error, CustomStringConvertible {
    let description = "the suite has no .deployment"
  }

  static var current: Deployment {
    get throws {
      guard let scoped else { throw Missing() }
      return scoped
    }
  }

  let host: VirtualHost
  let database: TestDatabase
  /// Where programs run: empty, so that no configuration file is found by chance.
  let folder: URL
  private let programs = Mutex<[Program]>([])

  init(host: VirtualHost, database: TestDatabase) throws {
    self.host = host
    self.database = database
    folder = FileManager.default.temporaryDirectory.appending(path: database.name)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  var environment: [String: String] {
    get throws {
      [
        "AMQP_URL": host.url, "POSTGRES_URL": try database.url, "HTTP_PORT": "0", "LOG_FORMAT": "json",
        "WORKER_RECONNECT_LONGEST": "500ms",
      ]
    }
  }

  /// Starts the program.
  func start(_ arguments: [String], _ environment: [String: String] = [:], input: String = "") throws -> Program {
    let program = try Program(
      arguments, environment: try self.environment.merging(environment) { _, new in new }, folder: folder, input: input)
    programs.withLock { $0.append(program) }
    return program
  }

  /// Runs the program to its end.
  func run(
    _ arguments: String..., environment: [String: String] = [:], input: String = ""
  ) async throws -> FinishedProgram {
    let program = try start(arguments, environment, input: input)
    let exit = try await program.exit()
    return FinishedProgram(exit: exit, output: program.output, errors: program.errors)
  }

  /// Brings the database's schema up and makes the broker's queues, as an operator does.
  func prepare() async throws {
    for step in [["migrate", "up"], ["topology", "apply"]] {
      let program = try start(step)
      guard try await program.exit() == .code(0) else {
        throw Patience.Exhausted(description: "\(step) failed: \(program.errors)")
      }
    }
  }

  /// Starts a worker, without waiting for anything.
  func startWorker(_ environment: [String: String] = [:], _ arguments: String...) throws -> WorkerProcess {
    WorkerProcess(program: try start(["serve"] + arguments, environment))
  }

  /// Starts a worker that consumes when this returns.
  func activeWorker(_ environment: [String: String] = [:]) async throws -> WorkerProcess {
    let worker = try startWorker(environment)
    try await worker.becomesActive()
    return worker
  }

  /// Nothing that a failed test left behind goes on. And no program has said the database's password.
  func close() async throws {
    let password = URLComponents(string: try database.url)?.password
    for program in programs.withLock({ $0 }) {
      try await program.crash()
      if let password, !password.isEmpty { #expect(!(program.output + program.errors).contains(password)) }
    }
    try FileManager.default.removeItem(at: folder)
  }
}

/// What a call of the program came to.
struct FinishedProgram: Sendable {
  let exit: Program.Exit
  let output: String
  let errors: String
}
