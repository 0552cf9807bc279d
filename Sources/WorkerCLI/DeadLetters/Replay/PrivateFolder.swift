import FoundationEssentials
import Glibc

/// A folder that no other user can read: mkdtemp(3) creates it with mode 0700. Files that an editor leaves in the
/// folder are removed with it.
struct PrivateFolder {
  struct Unusable: Error, CustomStringConvertible {
    let path: String
    let code: Int32

    var description: String { "\(path) can't be written: \(String(cString: strerror(code)))" }
  }

  let path: String

  /// Creates the folder in the one for temporary files.
  init() throws(Unusable) {
    let template = FileManager.default.temporaryDirectory.appending(path: "workspace-worker-XXXXXX").path
    var name = template.utf8CString.map { $0 }
    guard name.withUnsafeMutableBufferPointer({ $0.baseAddress.flatMap { mkdtemp($0) } }) != nil else {
      throw Unusable(path: template, code: errno)
    }
    path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Creates a file that only its owner can read.
  ///
  /// - Returns: its path.
  func write(_ bytes: [UInt8], to name: String) throws(Unusable) -> String {
    let file = "\(path)/\(name)"
    let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Unusable(path: file, code: errno) }
    defer { close(descriptor) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw Unusable(path: file, code: errno) }
      rest = rest.dropFirst(written)
    }
    return file
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }
}
