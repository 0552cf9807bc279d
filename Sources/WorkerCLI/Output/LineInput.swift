import Glibc

/// The lines of a file in UTF-8, by getline(3).
final class LineInput {
  struct Unreadable: Error, CustomStringConvertible {
    let path: String
    let reason: String

    init(path: String, reason: String) {
      self.path = path
      self.reason = reason
    }

    init(path: String, code: Int32) { self.init(path: path, reason: String(cString: strerror(code))) }

    var description: String { "\(path == "-" ? "standard input" : path) can't be read: \(reason)" }
  }

  private static let byteOrderMarks: [([UInt8], String)] = [
    ([0xEF, 0xBB, 0xBF], "it begins with a byte order mark (EF BB BF): save it as UTF-8 without one"),
    ([0xFF, 0xFE], "it begins with a byte order mark of UTF-16 (FF FE): save it as UTF-8"),
    ([0xFE, 0xFF], "it begins with a byte order mark of UTF-16 (FE FF): save it as UTF-8"),
  ]

  private let path: String
  private let file: UnsafeMutablePointer<FILE>
  private var isAtStart = true
  private var buffer: UnsafeMutablePointer<CChar>?
  private var capacity = 0

  /// - Throws: ``Unreadable``, also for a folder.
  init(path: String) throws(Unreadable) {
    self.path = path
    guard let file = path == "-" ? fdopen(dup(STDIN_FILENO), "r") : fopen(path, "r") else { throw Unreadable(path: path, code: errno) }
    self.file = file
    var status = stat()
    // A folder can be opened, and only reading it fails.
    guard fstat(fileno(file), &status) != 0 || status.st_mode & S_IFMT != S_IFDIR else {
      throw Unreadable(path: path, code: EISDIR)
    }
  }

  deinit {
    free(buffer)
    fclose(file)
  }

  /// The next line without its line feed; nil at the end.
  ///
  /// - Throws: ``Unreadable``, also if the file starts with a byte order mark.
  func next() throws(Unreadable) -> [UInt8]? {
    errno = 0
    let length = getline(&buffer, &capacity, file)
    guard length >= 0, let buffer else {
      guard ferror(file) == 0 else { throw Unreadable(path: path, code: errno) }
      return nil
    }
    let bytes = UnsafeRawBufferPointer(start: buffer, count: length)
    if isAtStart, let mark = Self.byteOrderMarks.first(where: { bytes.starts(with: $0.0) }) {
      throw Unreadable(path: path, reason: mark.1)
    }
    isAtStart = false
    return Array(bytes.last == 0x0A ? bytes.dropLast() : bytes[...])
  }
}

extension [UInt8] {
  var isBlank: Bool { allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D } }
}
