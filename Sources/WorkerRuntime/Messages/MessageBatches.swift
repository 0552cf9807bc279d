package import MessageContract

/// How results, or events, of one transaction are put together for messages in the JSON Batch Format.
package enum MessageBatches {
  package static let maximumCount = 256
  /// Of the body, with brackets and commas.
  package static let maximumBytes = 256 << 10

  /// Splits them, in order, where a batch would become too large. What is too large alone is a batch of its own.
  package static func split(_ messages: [EncodedMessage]) -> [ArraySlice<EncodedMessage>] {
    var batches: [ArraySlice<EncodedMessage>] = []
    // The first bracket; behind each message comes a comma or the last bracket.
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
