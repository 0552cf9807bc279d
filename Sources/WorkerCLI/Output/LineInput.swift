import Glibc

/// The lines of a file, by getline(3).
final class LineInput {
  struct Unreadable: Error, CustomStringConvertible {
    let path: String
    let code: Int32

    var description: String { "\(path) can't be read: \(String(cString: strerror(code)))" }
  }

  private let file: UnsafeMutablePointer<FILE>
  private var buffer: UnsafeMutablePointer<CChar>?
  private var capacity = 0

  init(path: String) throws {
    guard let file = path == "-" ? fdopen(dup(STDIN_FILENO), "r") : fopen(path, "r") else { throw Unreadable(path: path, code: errno) }
    self.file = file
  }

  deinit {
    free(buffer)
    fclose(file)
  }

  /// The next line without its line feed; nil at the end.
  func next() -> [UInt8]? {
    let length = getline(&buffer, &capacity, file)
    guard length >= 0, let buffer else { return nil }
    let bytes = UnsafeRawBufferPointer(start: buffer, count: length)
    return Array(bytes.last == 0x0A ? bytes.dropLast() : bytes[...])
  }

  func countLines() -> Int {
    var count = 0
    while let line = next() { if !line.isBlank { count += 1 } }
    return count
  }
}

extension [UInt8] {
  var isBlank: Bool { allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D } }
}
