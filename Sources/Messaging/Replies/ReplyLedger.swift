/// Decides which reply is sent when, and tracks the outcome of each.
///
/// A pure value: time is passed in as the duration since some starting point. No reply queue can delay another: each
/// has a line and a window of its own, lines take turns, and a queue that confirms nothing is suspended for a while.
///
/// Invariants: each reply is settled exactly once, at the latest when ``expire(at:)`` is called ``Limits/patience`` or
/// more after it was added; replies to one queue are sent in order; the limits are never exceeded.
package struct ReplyLedger: Sendable {
  package typealias ID = UInt64

  package struct Reply: Sendable {
    package let id: ID
    package let message: AMQPMessage
  }

  package struct Settlement: Sendable, Equatable {
    package let id: ID
    package let queue: ShortString
    package let outcome: ReplyOutcome

    package init(id: ID, queue: ShortString, outcome: ReplyOutcome) {
      self.id = id
      self.queue = queue
      self.outcome = outcome
    }
  }

  private struct Entry {
    let message: AMQPMessage
    let deadline: Duration
    var attempts = 0
    var isReturned = false

    var bytes: Int { message.size }
  }

  /// The unsettled replies to one queue: those waiting, in order, and the number of those sent.
  private struct Line {
    var waiting: ArraySlice<ID> = []
    var sent = 0
    var count = 0
    var bytes = 0
    var window: Int
  }

  private let limits: Limits
  private var entries: [ID: Entry] = [:]
  private var lines: [ShortString: Line] = [:]
  /// Queues with waiting replies, in the order of their turns.
  private var turns: [ShortString] = []
  /// Queues that did not confirm in time, and have not since. Nothing is sent to them before this time, and then one
  /// reply at a time.
  private var suspendedUntil: [ShortString: Duration] = [:]
  /// Replies in the order they were added, which is the order of their deadlines; settled ones are removed from the
  /// front.
  private var ages: ArraySlice<ID> = []
  private var lastID: ID = 0
  private var bytes = 0

  /// Replies sent on this channel, by their numbers there; nil if settled.
  private var channel: [ID?] = []
  /// The number of the first element of `channel`.
  private var firstNumber: UInt64 = 1
  /// Replies that were given up unconfirmed on this channel, by queue.
  private var abandoned: [ShortString: Int] = [:]
  /// The queue of each abandoned reply.
  private var abandonedQueues: [ID: ShortString] = [:]
  /// Replies on this channel that may still be confirmed in time.
  package private(set) var sentCount = 0

  package init(limits: Limits = Limits()) { self.limits = limits }

  /// The number of unsettled replies.
  package var count: Int { entries.count }
  package var isEmpty: Bool { entries.isEmpty }
  package var hasWaiting: Bool { !turns.isEmpty }
  /// The channel must be replaced; nothing more is sent on it.
  package private(set) var needsRenewal = false
  /// When the next reply expires.
  package var deadline: Duration? { ages.first.flatMap { entries[$0]?.deadline } }

  /// Accepts a reply.
  ///
  /// - Returns: its number, and its outcome if that is known at once.
  package mutating func add(_ message: AMQPMessage, at now: Duration) -> (id: ID, settlement: Settlement?) {
    lastID += 1
    let queue = message.routingKey
    if let outcome = refusal(of: message, at: now) {
      return (lastID, Settlement(id: lastID, queue: queue, outcome: outcome))
    }
    entries[lastID] = Entry(message: message, deadline: now + limits.patience)
    ages.append(lastID)
    bytes += message.size
    var line = lines[queue] ?? Line(window: suspendedUntil[queue] == nil ? limits.firstWindow : 1)
    line.count += 1
    line.bytes += message.size
    line.waiting.append(lastID)
    lines[queue] = line
    if line.waiting.count == 1 { turns.append(queue) }
    return (lastID, nil)
  }

  private mutating func refusal(of message: AMQPMessage, at now: Duration) -> ReplyOutcome? {
    if let end = suspendedUntil[message.routingKey], now < end { return .suspended }
    guard entries.count < limits.count, bytes + message.size <= limits.bytes else { return .overflowed }
    guard let line = lines[message.routingKey] else { return nil }
    return line.count < limits.queueCount && line.bytes + message.size <= limits.queueBytes ? nil : .overflowed
  }

  /// The replies that may be sent now: as many as their windows allow, queue by queue in turn, up to `count` replies
  /// and `bytes`. A single reply may be larger.
  ///
  /// Each must then be reported to ``sent(_:)`` in this order, or to ``settle(_:as:)``.
  package func next(count: Int, bytes: Int) -> [Reply] {
    guard !needsRenewal else { return [] }
    var next: [Reply] = []
    var size = 0
    var taken: [ShortString: Int] = [:]
    var round = turns
    while !round.isEmpty {
      var following: [ShortString] = []
      for queue in round {
        guard let line = lines[queue] else { continue }
        let place = taken[queue, default: 0]
        guard place < line.waiting.count, line.sent + place < line.window else { continue }
        let id = line.waiting[line.waiting.startIndex + place]
        guard let entry = entries[id] else { continue }
        guard next.count < count, next.isEmpty || size + entry.bytes <= bytes else { return next }
        next.append(Reply(id: id, message: entry.message))
        size += entry.bytes
        taken[queue] = place + 1
        following.append(queue)
      }
      round = following
    }
    return next
  }

  /// Records that a reply, the next of its queue, went out on the channel.
  package mutating func sent(_ id: ID) {
    guard let queue = entries[id]?.message.routingKey, lines[queue]?.waiting.first == id else { return }
    takeTurn(of: queue) { $0.waiting.removeFirst() }
    lines[queue]?.sent += 1
    sentCount += 1
    entries[id]?.attempts += 1
    channel.append(id)
  }

  /// Records that the broker returned a reply because its queue is gone. The reply's confirm is still to come.
  package mutating func returned(queue: ShortString, messageID: ShortString?) {
    let id = channel.lazy.compactMap(\.self).first { id in
      guard let entry = entries[id], !entry.isReturned, entry.message.routingKey == queue else { return false }
      return entry.message.properties.messageID == messageID
    }
    if let id { entries[id]?.isReturned = true }
  }

  /// Records that the broker confirmed or refused a reply of the channel, or all replies up to it.
  package mutating func confirmed(_ number: UInt64, isMultiple: Bool, isPositive: Bool) -> [Settlement] {
    guard number >= firstNumber, number - firstNumber < UInt64(channel.count) else { return [] }
    let last = Int(number - firstNumber)
    var settlements: [Settlement] = []
    for place in (isMultiple ? 0 : last)...last {
      guard let id = channel[place] else { continue }
      channel[place] = nil
      guard let entry = entries[id] else {
        if let queue = abandonedQueues.removeValue(forKey: id) {
          abandoned[queue, default: 1] -= 1
          suspendedUntil[queue] = nil
        }
        continue
      }
      let queue = entry.message.routingKey
      suspendedUntil[queue] = nil
      unsend(queue)
      if isPositive, !entry.isReturned, let line = lines[queue] {
        lines[queue]?.window = min(line.window * 2, limits.largestWindow)
      }
      settlements.append(end(id, as: entry.isReturned ? .unroutable : isPositive ? .delivered : .refused))
    }
    forgetSettled()
    return settlements
  }

  private mutating func forgetSettled() {
    let settled = channel.prefix { $0 == nil }.count
    guard settled * 2 > channel.count else { return }
    channel.removeFirst(settled)
    firstNumber += UInt64(settled)
  }

  /// Settles a waiting reply that is not going to be sent.
  package mutating func settle(_ id: ID, as outcome: ReplyOutcome) -> Settlement? {
    guard let queue = entries[id]?.message.routingKey, let place = lines[queue]?.waiting.firstIndex(of: id) else {
      return nil
    }
    takeTurn(of: queue) { $0.waiting.remove(at: place) }
    return end(id, as: outcome)
  }

  /// Gives up replies that were not confirmed, or not even sent, in time. A queue that did not confirm is suspended for
  /// a while, and its waiting replies are given up, too.
  package mutating func expire(at now: Duration) -> [Settlement] {
    var silent: Set<ShortString> = []
    var settlements: [Settlement] = []
    while let id = ages.first, let entry = entries[id], entry.deadline <= now {
      if let settlement = settle(id, as: .timedOut) {
        settlements.append(settlement)
      } else {
        silent.insert(entry.message.routingKey)
        settlements.append(abandon(id, entry.message.routingKey))
      }
    }
    for queue in silent.sorted(by: { $0.bytes.lexicographicallyPrecedes($1.bytes) }) {
      settlements += suspend(queue, at: now)
    }
    return settlements
  }

  private mutating func abandon(_ id: ID, _ queue: ShortString) -> Settlement {
    unsend(queue)
    abandonedQueues[id] = queue
    abandoned[queue, default: 0] += 1
    if abandoned[queue] ?? 0 >= limits.abandonedOfQueue || abandonedQueues.count >= limits.abandoned {
      needsRenewal = true
    }
    return end(id, as: .timedOut)
  }

  private mutating func suspend(_ queue: ShortString, at now: Duration) -> [Settlement] {
    if suspendedUntil.count >= limits.suspensions { suspendedUntil = suspendedUntil.filter { $0.value > now } }
    if suspendedUntil.count < limits.suspensions { suspendedUntil[queue] = now + limits.suspension }
    lines[queue]?.window = 1
    let waiting = lines[queue]?.waiting ?? []
    return waiting.compactMap { settle($0, as: .suspended) }
  }

  /// Records that the connection is gone: replies sent on it but not confirmed go to the front of their lines, to be
  /// sent again, unless their attempts are used up.
  package mutating func disconnected() -> [Settlement] {
    let unconfirmed = channel.compactMap(\.self).filter { entries[$0] != nil }
    channel = []
    firstNumber = 1
    (abandoned, abandonedQueues, needsRenewal) = ([:], [:], false)
    var settlements: [Settlement] = []
    for id in unconfirmed.reversed() {
      guard let entry = entries[id] else { continue }
      let queue = entry.message.routingKey
      unsend(queue)
      if let window = lines[queue]?.window { lines[queue]?.window = min(limits.firstWindow, window) }
      if entry.attempts < limits.attempts {
        takeTurn(of: queue) { $0.waiting.insert(id, at: $0.waiting.startIndex) }
      } else {
        settlements.append(end(id, as: .timedOut))
      }
    }
    return settlements
  }

  private mutating func unsend(_ queue: ShortString) {
    lines[queue]?.sent -= 1
    sentCount -= 1
  }

  /// Changes the waiting replies of a queue, and puts its next turn after those of the other queues.
  private mutating func takeTurn(of queue: ShortString, _ change: (inout Line) -> Void) {
    guard var line = lines[queue] else { return }
    change(&line)
    lines[queue] = line
    turns.removeAll { $0 == queue }
    if !line.waiting.isEmpty { turns.append(queue) }
  }

  private mutating func end(_ id: ID, as outcome: ReplyOutcome) -> Settlement {
    guard let entry = entries.removeValue(forKey: id) else {
      return Settlement(id: id, queue: "", outcome: outcome)
    }
    let queue = entry.message.routingKey
    bytes -= entry.bytes
    lines[queue]?.count -= 1
    lines[queue]?.bytes -= entry.bytes
    if lines[queue]?.count == 0 { lines[queue] = nil }
    while let oldest = ages.first, entries[oldest] == nil { ages.removeFirst() }
    return Settlement(id: id, queue: queue, outcome: outcome)
  }
}
