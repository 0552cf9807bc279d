package import Foundation
import Synchronization
package import TestSupport

/// A virtual host and a database that belong to one test, and the programs that work on them.
package final class Deployment: Sendable {
  @TaskLocal static var scoped: Deployment?

  /// A program has leaked the database's password.
  package struct LeakedPassword: Error, CustomStringConvertible {
    package let description: String
  }

  /// A program has printed JSON with keys that are not in snake_case.
  package struct StrangeKeys: Error, CustomStringConvertible {
    package let description: String
  }

  package struct Missing: Error, CustomStringConvertible {
    package let description = "the suite has no .deployment"
  }

  package static var current: Deployment {
    get throws {
      guard let scoped else { throw Missing() }
      return scoped
    }
  }

  package let host: VirtualHost
  package let database: TestDatabase
  /// Where programs run: empty, so that no configuration file is found by chance.
  package let folder: URL
  private let executable: String
  private let programs = Mutex<[Program]>([])

  /// - Parameter executable: the program under test; by default the one that was built beside this one.
  init(host: VirtualHost, database: TestDatabase, executable: String? = nil) throws {
    self.host = host
    self.database = database
    self.executable = try executable ?? Program.builtBesideThis
    folder = FileManager.default.temporaryDirectory.appending(path: host.name)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  package var environment: [String: String] {
    get throws {
      [
        "AMQP_URL": host.url, "POSTGRES_URL": database.url, "HTTP_PORT": "0", "LOG_FORMAT": "json",
        "WORKER_RECONNECT_LONGEST": "500ms",
      ]
    }
  }

  /// Starts the program.
  ///
  /// - Parameter descriptors: the soft and the hard limit of them, "64:200"; nil: the tests' own.
  package func start(
    _ arguments: [String], _ environment: [String: String] = [:], input: String = "", descriptors: String? = nil
  ) throws -> Program {
    // prlimit(1) of util-linux.
    let limited = descriptors.map { ["--nofile=\($0)", executable] } ?? []
    let program = try Program(
      descriptors == nil ? executable : "/usr/bin/prlimit", limited + arguments,
      environment: try self.environment.merging(environment) { _, new in new }, folder: folder,
      input: input)
    programs.withLock { $0.append(program) }
    return program
  }

  /// Runs the program and waits for it to end.
  package func run(
    _ arguments: String..., environment: [String: String] = [:], input: String = "", descriptors: String? = nil
  ) async throws -> FinishedProgram {
    let program = try start(arguments, environment, input: input, descriptors: descriptors)
    let exit = try await program.exit()
    return FinishedProgram(exit: exit, output: program.output, errors: program.errors)
  }

  /// Migrates the database's schema, unless it is a copy of one that has it, and creates the broker's queues, as an
  /// operator does.
  package func prepare() async throws {
    for step in (database.isMigrated ? [] : [["migrate", "up"]]) + [["topology", "apply"]] {
      let program = try start(step)
      guard try await program.exit() == .code(0) else {
        throw Patience.Exhausted(description: "\(step) failed: \(program.errors)")
      }
    }
  }

  /// Starts a worker, without waiting for anything. Queries are waited for longer than by default: the machine may be
  /// busy.
  package func startWorker(
    _ environment: [String: String] = [:], _ arguments: String..., descriptors: String? = nil
  ) throws -> WorkerProcess {
    WorkerProcess(
      program: try start(
        ["serve"] + arguments, ["QUERIES_TIMEOUT": "60s"].merging(environment) { _, given in given },
        descriptors: descriptors))
  }

  /// Starts a worker that consumes when this returns.
  package func activeWorker(_ environment: [String: String] = [:]) async throws -> WorkerProcess {
    let worker = try startWorker(environment)
    try await worker.becomesActive()
    return worker
  }

  /// The last lines that each program of a kind has written to standard error.
  ///
  /// - Parameter command: their first argument.
  package func lastWords(of command: String, count: Int) -> [String] {
    programs.withLock { $0 }.filter { $0.arguments.first == command }.flatMap { program in
      program.errors.split(separator: "\n").suffix(count).map { "process \(program.pid): \($0)" }
    }
  }

  /// Ends whatever a failed test left running. And checks that no program has leaked the database's password, or
  /// printed JSON of its own with keys that are not in snake_case.
  package func close() async throws {
    let password = URLComponents(string: database.url)?.password
    for program in programs.withLock({ $0 }) {
      try await program.crash()
      if program.printsJSON {
        let strange = JSONKeys(lines: program.output).strange
        guard strange.isEmpty else {
          throw StrangeKeys(description: "\(program.arguments) printed the unexpected keys \(strange)")
        }
      }
      guard let password, !password.isEmpty, (program.output + program.errors).contains(password) else { continue }
      throw LeakedPassword(
        description: "process \(program.pid) printed the password: \(program.output + program.errors)")
    }
    try FileManager.default.removeItem(at: folder)
  }
}

/// The result of a call of the program.
package struct FinishedProgram: Sendable {
  package let exit: Program.Exit
  package let output: String
  package let errors: String
}

extension Program {
  /// Whether it prints documents of its own.
  fileprivate var printsJSON: Bool { arguments.contains("json") || arguments.starts(with: ["dead-letters", "export"]) }
}
