package import MessageContract

/// Groups the results, or the events, of one transaction into messages in the JSON Batch Format.
package enum MessageBatches {
  package static let maximumCount = 256
  /// The largest body in bytes, including brackets and commas.
  package static let maximumBytes = 256 << 10

  /// Splits messages, in order, into batches within these limits. A message that is too large by itself is a batch of
  /// its own.
  package static func split(_ messages: [EncodedMessage]) -> [ArraySlice<EncodedMessage>] {
    var batches: [ArraySlice<EncodedMessage>] = []
    // The opening bracket; each message is followed by a comma or the closing bracket.
    var (start, bytes) = (0, 1)
    for (place, message) in messages.enumerated() {
      let added = message.body.count + 1
      if place > start, place - start == maximumCount || bytes + added > maximumBytes {
        batches.append(messages[start..<place])
        (start, bytes) = (place, 1)
      }
      bytes += added
    }
    if start < messages.count { batches.append(messages[start...]) }
    return batches
  }
}
