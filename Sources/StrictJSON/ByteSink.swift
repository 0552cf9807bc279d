/// A growing sequence of bytes with a single owner. An array would check on every append whether its storage is
/// uniquely referenced, and a result is assembled from a hundred small pieces.
struct ByteSink: ~Copyable {
  private var memory: UnsafeMutableBufferPointer<UInt8>
  private var count = 0

  init(capacity: Int) { memory = .allocate(capacity: max(64, capacity)) }

  deinit { memory.deallocate() }

  /// The bytes appended so far, in order.
  var bytes: [UInt8] { Array(UnsafeBufferPointer(rebasing: memory[..<count])) }

  mutating func append(_ byte: UInt8) {
    reserve(1)
    memory[count] = byte
    count += 1
  }

  mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let source = bytes.baseAddress, !bytes.isEmpty else { return }
    reserve(bytes.count)
    memory.baseAddress?.advanced(by: count).update(from: source, count: bytes.count)
    count += bytes.count
  }

  /// Appends bytes between quotation marks.
  mutating func append(quoted bytes: UnsafeBufferPointer<UInt8>) {
    reserve(bytes.count + 2)
    memory[count] = UInt8(ascii: "\"")
    if let source = bytes.baseAddress {
      memory.baseAddress?.advanced(by: count + 1).update(from: source, count: bytes.count)
    }
    memory[count + 1 + bytes.count] = UInt8(ascii: "\"")
    count += bytes.count + 2
  }

  private mutating func reserve(_ size: Int) {
    guard count + size > memory.count else { return }
    let larger = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(memory.count * 2, count + size))
    _ = larger.update(fromContentsOf: memory[..<count])
    memory.deallocate()
    memory = larger
  }
}
