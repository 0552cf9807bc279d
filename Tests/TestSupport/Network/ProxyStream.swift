import Glibc

/// One direction of a proxied connection: it reads as much as fits into its buffer, and no more until that is written.
struct ProxyStream {
  private var buffer = [UInt8](repeating: 0, count: 1 << 18)
  private var unwritten = 0..<0
  private var hasEnded = false
  /// The other side was told of the end.
  private(set) var isFinished = false
  /// Whether one of the sockets is dead.
  private(set) var isBroken = false

  var wantsInput: Bool { unwritten.isEmpty && !hasEnded }
  var wantsOutput: Bool { !unwritten.isEmpty }

  /// - Returns: the number of bytes written.
  mutating func move(from source: ProxySocket, to sink: ProxySocket) -> Int {
    if wantsInput { read(from: source) }
    let count = write(to: sink)
    if hasEnded && unwritten.isEmpty && !isFinished {
      sink.endOutput()
      isFinished = true
    }
    return count
  }

  /// - Returns: the number of bytes discarded.
  mutating func discard(from source: ProxySocket) -> Int {
    if wantsInput { read(from: source) }
    defer { unwritten = 0..<0 }
    if hasEnded { isFinished = true }
    return unwritten.count
  }

  private mutating func read(from source: ProxySocket) {
    let count = buffer.withUnsafeMutableBytes { recv(source.descriptor, $0.baseAddress, $0.count, 0) }
    if count > 0 {
      unwritten = 0..<count
    } else if count == 0 {
      hasEnded = true
    } else {
      isBroken = isBroken || !ProxySocket.wouldBlock
    }
  }

  private mutating func write(to sink: ProxySocket) -> Int {
    guard !unwritten.isEmpty else { return 0 }
    let count = buffer.withUnsafeBytes { bytes in
      let rest = UnsafeRawBufferPointer(rebasing: bytes[unwritten])
      return send(sink.descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
    }
    guard count >= 0 else {
      isBroken = isBroken || !ProxySocket.wouldBlock
      return 0
    }
    unwritten = unwritten.lowerBound + count..<unwritten.upperBound
    return count
  }
}
