internal import Messaging

/// The part of a message that has arrived.
struct IncompleteMessage {
  let method: ContentMethod
  private(set) var properties: MessageProperties?
  /// Memory for a larger body is reserved in full only once this much of it has arrived: reading may pause before.
  private static let firstRoom = 256 << 10

  private var body: [UInt8] = []
  private var missingBytes = 0

  init(method: ContentMethod) { self.method = method }

  mutating func begin(_ properties: MessageProperties, bodyBytes: Int) {
    self.properties = properties
    missingBytes = bodyBytes
  }

  /// - Returns: whether the fragment belongs to it.
  mutating func add(_ fragment: UnsafeRawBufferPointer) -> Bool {
    guard properties != nil, fragment.count <= missingBytes else { return false }
    if body.isEmpty { body.reserveCapacity(min(missingBytes, Self.firstRoom)) }
    if body.count + fragment.count > body.capacity { body.reserveCapacity(body.count + missingBytes) }
    body.append(contentsOf: fragment)
    missingBytes -= fragment.count
    return true
  }

  /// - Returns: nil while something is missing.
  func event(generation: UInt64) -> InboundEvent? {
    guard let properties, missingBytes == 0 else { return nil }
    return method.event(generation: generation, properties: properties, body: body)
  }
}
