/// Which published messages the broker has confirmed, and which batches that completes.
///
/// The broker numbers the messages of each channel from 1 in the order of publishing, and confirms them one by one, in
/// any order, or all up to a number at once, and may repeat itself. So there is a bit for each message, and a batch,
/// whose messages may have gone over several channels, counts the bits that are still missing.
///
/// Source: https://www.rabbitmq.com/docs/confirms#publisher-confirms
///
/// Invariants: each batch ends in exactly one action, or in none after it was abandoned; in `confirmed` only after each
/// of its messages was confirmed; a message counts once, however often it is confirmed.
package struct ConfirmLedger: Sendable {
  /// What the broker's confirms mean for a batch.
  package enum Action: Sendable, Equatable {
    /// The broker has taken responsibility for every message of the batch.
    case confirmed(batch: UInt64)
    /// The broker has refused a message of the batch: no message of it counts as published.
    case refused(batch: UInt64)
  }

  private struct Batch {
    var missing = 0
    var isPublished = false
    var isRefused = false
  }

  private let maximumCount: Int
  private let maximumBytes: Int
  private var channels: [UInt16: UnconfirmedMessages] = [:]
  private var batches: [UInt64: Batch] = [:]

  /// Messages that were published but neither confirmed nor refused.
  package private(set) var unconfirmedCount = 0
  /// The total size of the unconfirmed messages, as passed to ``published(batch:bytes:isLast:on:)``.
  package private(set) var unconfirmedBytes = 0

  /// - Parameters:
  ///   - maximumCount: the window: the maximum number of unconfirmed messages.
  ///   - maximumBytes: the maximum total size of unconfirmed messages; a larger message is sent alone.
  package init(maximumCount: Int, maximumBytes: Int) {
    self.maximumCount = maximumCount
    self.maximumBytes = maximumBytes
  }

  /// Whether the window has room for a message of `bytes`, after `count` others of `pendingBytes` in total that are
  /// about to be published. Default: none.
  package func hasRoom(for bytes: Int, behind count: Int = 0, _ pendingBytes: Int = 0) -> Bool {
    let count = unconfirmedCount + count
    return count == 0 || (count < maximumCount && unconfirmedBytes + pendingBytes + bytes <= maximumBytes)
  }

  /// Records that the next message of a batch was handed to the broker.
  ///
  /// - Parameters:
  ///   - isLast: no more messages of this batch follow, on any channel.
  ///   - channel: the channel that the message went over.
  package mutating func published(batch: UInt64, bytes: Int, isLast: Bool, on channel: UInt16) {
    channels[channel, default: UnconfirmedMessages()].append(.init(batch: batch, bytes: bytes))
    unconfirmedCount += 1
    unconfirmedBytes += bytes
    batches[batch, default: Batch()].missing += 1
    if isLast { batches[batch]?.isPublished = true }
  }

  /// Records that no more messages of this batch are published, and that no task waits for it: no action follows.
  package mutating func abandoned(batch: UInt64) {
    guard let missing = batches[batch]?.missing else { return }
    batches[batch] = missing == 0 ? nil : Batch(missing: missing, isPublished: true, isRefused: true)
  }

  /// Records that the broker confirmed (`isPositive`) or refused a message of a channel, or all messages up to it
  /// (`isMultiple`).
  ///
  /// - Parameter channel: the channel on which the broker reported it.
  package mutating func settled(
    _ number: UInt64, isMultiple: Bool, isPositive: Bool, on channel: UInt16
  ) -> [Action] {
    guard let messages = channels[channel]?.settle(number, isMultiple: isMultiple) else { return [] }
    return messages.compactMap { settle($0, isPositive: isPositive) }
  }

  private mutating func settle(_ message: UnconfirmedMessages.Message, isPositive: Bool) -> Action? {
    unconfirmedCount -= 1
    unconfirmedBytes -= message.bytes
    guard var batch = batches[message.batch] else { return nil }
    let wasRefused = batch.isRefused
    batch.missing -= 1
    if !isPositive { batch.isRefused = true }
    let isDone = batch.isPublished && batch.missing == 0
    batches[message.batch] = isDone ? nil : batch
    if batch.isRefused { return wasRefused ? nil : .refused(batch: message.batch) }
    return isDone ? .confirmed(batch: message.batch) : nil
  }
}
