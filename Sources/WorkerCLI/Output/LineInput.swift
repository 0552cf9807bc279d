import Glibc

/// Reads the lines of a UTF-8 file, one at a time.
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

  /// The number of bytes read at a time.
  private static let chunk = 1 << 16
  /// Room for a message of 512 MiB, the most that RabbitMQ can accept, in Base64, with its properties.
  private static let longestLine = 768 << 20

  private let path: String
  private let limit: Int
  private let file: Int32
  private var isAtStart = true
  /// The bytes read and not yet dropped.
  private var buffer: [UInt8] = []
  /// Where the next line begins in the buffer.
  private var start = 0

  /// - Parameter limit: the maximum length of a line in bytes; 768 MiB by default.
  /// - Throws: ``Unreadable``, also if the path is a folder.
  init(path: String, limit: Int = longestLine) throws(Unreadable) {
    self.path = path
    self.limit = limit
    file = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw Unreadable(path: path, code: errno) }
    var status = stat()
    // A folder can be opened; only reading from it fails.
    guard fstat(file, &status) != 0 || status.st_mode & S_IFMT != S_IFDIR else {
      throw Unreadable(path: path, code: EISDIR)
    }
  }

  deinit {
    if file >= 0 { close(file) }
  }

  /// The next line without its line feed; nil at the end.
  ///
  /// - Throws: ``Unreadable``, also if the file starts with a byte order mark, or a line is too long.
  func next() throws(Unreadable) -> [UInt8]? {
    var searched = start
    while true {
      if let end = buffer[searched...].firstIndex(of: 0x0A) { return try line(upTo: end, next: end + 1) }
      searched = buffer.count - start
      guard searched <= limit else { throw tooLong }
      guard try readOn() else { return start < buffer.count ? try line(upTo: buffer.count, next: buffer.count) : nil }
    }
  }

  private var tooLong: Unreadable { Unreadable(path: path, reason: "it has a line of more than \(limit) bytes") }

  private func line(upTo end: Int, next: Int) throws(Unreadable) -> [UInt8] {
    let line = buffer[start..<end]
    guard line.count <= limit else { throw tooLong }
    if isAtStart, let mark = Self.byteOrderMarks.first(where: { line.starts(with: $0.0) }) {
      throw Unreadable(path: path, reason: mark.1)
    }
    isAtStart = false
    start = next
    return Array(line)
  }

  /// Drops the lines before ``start``, and reads more: whatever is available, since the writer of a pipe may be slow.
  ///
  /// - Returns: false at the end of the file.
  private func readOn() throws(Unreadable) -> Bool {
    buffer.removeFirst(start)
    start = 0
    var failure: Int32 = 0
    let chunk = [UInt8](unsafeUninitializedCapacity: Self.chunk) { bytes, count in
      var length = -1
      repeat { length = read(file, bytes.baseAddress, bytes.count) } while length < 0 && errno == EINTR
      failure = length < 0 ? errno : 0
      count = max(0, length)
    }
    guard failure == 0 else { throw Unreadable(path: path, code: failure) }
    buffer += chunk
    return !chunk.isEmpty
  }
}

extension [UInt8] {
  var isBlank: Bool { allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D } }
}
