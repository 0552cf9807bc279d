/// The messages of one channel that the broker has neither confirmed nor refused, by number.
struct UnconfirmedMessages: Sendable {
  struct Message: Sendable {
    let batch: UInt64
    let bytes: Int
    fileprivate var isSettled = false

    init(batch: UInt64, bytes: Int) {
      self.batch = batch
      self.bytes = bytes
    }
  }

  /// The message at `head` has the number `headNumber`; those before it are settled, and are removed in bulk.
  private var messages: [Message] = []
  private var head = 0
  private var headNumber: UInt64 = 1

  /// Adds the next message of the channel.
  mutating func append(_ message: Message) { messages.append(message) }

  /// Settles the message with this number and, if `isMultiple`, all before it.
  ///
  /// - Returns: the newly settled messages; none for a number that was never assigned.
  mutating func settle(_ number: UInt64, isMultiple: Bool) -> [Message] {
    let end = headNumber + UInt64(messages.count - head)
    guard number >= headNumber, number < end else { return [] }
    let last = head + Int(number - headNumber)
    var settled: [Message] = []
    for index in (isMultiple ? head : last)...last where !messages[index].isSettled {
      messages[index].isSettled = true
      settled.append(messages[index])
    }
    forgetSettled()
    return settled
  }

  private mutating func forgetSettled() {
    while head < messages.count, messages[head].isSettled {
      head += 1
      headNumber += 1
    }
    guard head * 2 > messages.count else { return }
    messages.removeFirst(head)
    head = 0
  }
}
