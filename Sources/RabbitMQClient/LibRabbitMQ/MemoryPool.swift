internal import CRabbitMQ
internal import Messaging

/// Memory for the arguments of one call: pointers into it stay valid until ``recycle()``, so that a method with a dozen
/// strings doesn't need a dozen nested closures.
final class MemoryPool {
  private var pool = amqp_pool_t()

  init() { init_amqp_pool(&pool, 8192) }

  deinit { empty_amqp_pool(&pool) }

  /// Invalidates everything taken from the pool, and keeps its pages.
  func recycle() { recycle_amqp_pool(&pool) }

  func copy(_ bytes: [UInt8]) -> amqp_bytes_t {
    guard !bytes.isEmpty, let memory = amqp_pool_alloc(&pool, bytes.count) else { return amqp_empty_bytes }
    bytes.withUnsafeBytes { memory.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
    return amqp_bytes_t(len: bytes.count, bytes: memory)
  }

  func copy(_ string: ShortString) -> amqp_bytes_t { copy(string.bytes) }

  /// Recursive, as deep as the table is nested: only for tables made by this program.
  ///
  /// - Returns: nil if the bytes aren't a table.
  func table(_ table: HeaderTable) -> amqp_table_t? {
    var result = amqp_empty_table
    guard !table.entries.isEmpty else { return result }
    guard let memory = amqp_pool_alloc(&pool, table.entries.count + 4) else { return nil }
    memory.storeBytes(of: UInt32(table.entries.count).bigEndian, as: UInt32.self)
    table.entries.withUnsafeBytes { (memory + 4).copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
    var offset = 0
    let encoded = amqp_bytes_t(len: table.entries.count + 4, bytes: memory)
    return amqp_decode_table(encoded, &pool, &result, &offset) == AMQP_STATUS_OK.rawValue ? result : nil
  }
}
