import Foundation
import Glibc

/// Server programs that refuse to run as root, such as those of PostgreSQL and PgBouncer: root starts them as an
/// account without rights.
enum PlainAccount {
  struct Failed: Error, CustomStringConvertible {
    let description: String
  }

  /// The words before a command.
  private static var prefix: [String] {
    guard geteuid() == 0 else { return [] }
    let name = getpwnam("postgres") == nil ? "nobody" : "postgres"
    guard let account = getpwnam(name) else { return [] }
    return [
      "setpriv", "--reuid", "\(account.pointee.pw_uid)", "--regid", "\(account.pointee.pw_gid)", "--clear-groups",
    ]
  }

  /// A new folder that the account owns, and others can reach.
  static func makeFolder() throws -> URL {
    let folder = URL(filePath: "/tmp/workspace-worker-\(UInt64.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    own(folder)
    return folder
  }

  /// Writes a file that only the account may read.
  static func write(_ text: String, to name: String, in folder: URL) throws -> URL {
    let file = folder.appending(path: name)
    guard
      FileManager.default.createFile(
        atPath: file.path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
    else { throw Failed(description: "\(file.path) can't be written") }
    own(file)
    return file
  }

  private static func own(_ file: URL) {
    guard geteuid() == 0, let account = getpwnam("postgres") ?? getpwnam("nobody") else { return }
    _ = chown(file.path, account.pointee.pw_uid, account.pointee.pw_gid)
  }

  /// Starts a program of the system, whose output goes to `log`.
  static func start(_ command: [String], in folder: URL, log: String) throws -> Process {
    let words = prefix + command
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = words
    process.currentDirectoryURL = folder
    let file = folder.appending(path: log)
    _ = FileManager.default.createFile(atPath: file.path, contents: nil)
    let handle = try FileHandle(forWritingTo: file)
    process.standardOutput = handle
    process.standardError = handle
    process.standardInput = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// Runs a program of the system and waits for it to end.
  static func run(_ command: [String], in folder: URL, log: String) async throws {
    let process = try start(command, in: folder, log: log)
    try await Patience.poll(for: "\(command) ends") { !process.isRunning }
    guard process.terminationStatus == 0 else {
      let said = (try? String(contentsOf: folder.appending(path: log), encoding: .utf8)) ?? ""
      throw Failed(description: "\(command) ended with \(process.terminationStatus): \(said)")
    }
  }
}
