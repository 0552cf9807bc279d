import ArgumentParser
import Foundation
import WorkerCLI

@main
struct Main {
  /// Like `WorkspaceWorker.main()`, except for how the process ends.
  static func main() async {
    do {
      var command = try WorkspaceWorker.parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      end(with: .success)
    } catch {
      let code = WorkspaceWorker.exitCode(for: error)
      let message = WorkspaceWorker.fullMessage(for: error)
      if !message.isEmpty {
        let file = code.isSuccess ? FileHandle.standardOutput : FileHandle.standardError
        try? file.write(contentsOf: Data((message + "\n").utf8))
      }
      end(with: code)
    }
  }

  /// Ends the process without the exit handlers of the C libraries. They destroy what threads still use: if a
  /// connection's thread ends while OpenSSL's handler runs, it crashes, and a successful command exits with 139.
  private static func end(with code: ExitCode) -> Never {
    fflush(nil)
    _exit(code.rawValue)
  }
}
