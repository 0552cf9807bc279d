import ArgumentParser
import FoundationEssentials
import Glibc
import MessageContract
import Operations
import WorkerRuntime
import WorkspaceApplication
import WorkspaceDomain

/// Reads the corrected command that an operator sends instead of a dead letter.
struct CorrectedBody {
  let correction: Correction

  /// - Parameter path: `-` for standard input.
  func read(from path: String) throws -> [UInt8] {
    let body = Array(try Data(contentsOf: URL(filePath: path == "-" ? "/dev/stdin" : path)))
    do throws(InvalidCommand) {
      try correction.validate(body)
      return body
    } catch {
      throw ValidationError("The corrected command is \(error.reason.rawValue): \(error.detail).")
    }
  }

  /// Lets the operator edit a draft in `$EDITOR`.
  func edit() throws -> [UInt8] {
    guard getenv("EDITOR") != nil else { throw ValidationError("EDITOR is not set.") }
    let folder = try PrivateFolder()
    defer { folder.remove() }
    let file = try folder.write(correction.draft(newID: .random(at: SystemWallClock().now())), to: "command.json")
    // The path is passed in the environment, so that no character in it is special to the shell. $EDITOR, though, is
    // meant to be interpreted by the shell.
    setenv("WORKSPACE_WORKER_EDITED", file, 1)
    guard system("$EDITOR \"$WORKSPACE_WORKER_EDITED\"") == 0 else {
      throw ValidationError("The editor failed; nothing was sent.")
    }
    return try read(from: file)
  }
}
