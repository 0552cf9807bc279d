import ArgumentParser
import Messaging
import FoundationEssentials
import Glibc
import MessageContract
import WorkspaceApplication
import WorkspaceDomain

/// A command that takes the place of a dead letter: validated as the worker does it, under an id of its own.
struct Correction {
  let original: OutboundMessage
  let decoder: CommandDecoder

  /// - Parameter path: `-` for standard input.
  func read(from path: String) throws -> [UInt8] {
    let data = try Data(contentsOf: URL(filePath: path == "-" ? "/dev/stdin" : path))
    return try validate(Array(data))
  }

  /// Lends the letter's body to `$EDITOR`, with a new id in the place of its own where that can be found.
  func edit() throws -> [UInt8] {
    guard getenv("EDITOR") != nil else { throw ValidationError("EDITOR is not set.") }
    let folder = try PrivateFolder()
    defer { folder.remove() }
    let file = try folder.write(withNewID(), to: "command.json")
    // By the environment, so that no character of the path means anything to the shell; what the editor's name is to mean
    // is the operator's own choice.
    setenv("WORKSPACE_WORKER_EDITED", file, 1)
    guard system("$EDITOR \"$WORKSPACE_WORKER_EDITED\"") == 0 else { throw ValidationError("The editor failed; nothing was sent.") }
    return try read(from: file)
  }

  private func withNewID() -> [UInt8] {
    guard let id = originalID else { return original.body }
    let text = String(decoding: original.body, as: UTF8.self)
    return Array(text.replacing("\"\(id)\"", with: "\"\(ULID.random())\"", maxReplacements: 1).utf8)
  }

  private var originalID: String? {
    do throws(InvalidCommand) {
      return try decoder.decode(original.body, contentType: nil).context.key.id
    } catch {
      return error.envelope.id
    }
  }

  private func validate(_ body: [UInt8]) throws -> [UInt8] {
    do throws(InvalidCommand) {
      let command = try decoder.decode(body, contentType: nil)
      guard command.context.key.id != originalID else { return try sameID() }
      return body
    } catch {
      throw ValidationError("The corrected command is \(error.reason.rawValue): \(error.detail).")
    }
  }

  /// What was decided about that id stays decided.
  private func sameID() throws(InvalidCommand) -> [UInt8] {
    throw .sameID
  }
}
