import Messaging
import TestFixtures
import Testing
import WorkerRuntime

@Suite(.timeLimit(.minutes(10))) struct BatchChannelTests {
  private func channel(count: Int = 3, bytes: Int = 100, roomCount: Int = 4, roomBytes: Int = 100) -> BatchChannel<Int>
  {
    BatchChannel(limits: .init(count: count, bytes: bytes), room: .init(count: roomCount, bytes: roomBytes))
  }

  @Test func `sent items are taken in order, in batches within the limits`() async throws {
    let channel = channel()
    try await channel.send([1, 2], size: { _ in 1 })
    try await channel.send([3, 4], size: { _ in 1 })
    #expect(channel.count == 4)
    #expect(try await channel.take()?.elements == [1, 2, 3])
    #expect(try await channel.take()?.elements == [4])
    #expect(channel.count == 0)
  }

  @Test func `a finished channel hands out what it has, then nil, again and again`() async throws {
    let channel = channel()
    try await channel.send([1], size: { _ in 1 })
    channel.finish()
    #expect(try await channel.take()?.elements == [1])
    #expect(try await channel.take()?.elements == nil)
    #expect(try await channel.take()?.elements == nil)
    channel.append([2], size: { _ in 0 })
    #expect(try await channel.take()?.elements == [2])
  }

  @Test(arguments: [true, false])
  func `a taker from an empty channel waits for a send, or for the channel's end`(sends: Bool) async throws {
    let channel = channel()
    async let batch = channel.take()
    await Task.yield()
    if sends { try await channel.send([7], size: { _ in 1 }) } else { channel.finish() }
    #expect(try await batch?.elements == (sends ? [7] : nil))
  }

  @Test func `all senders that wait for room continue when there is some`() async throws {
    let channel = channel(count: 100)
    channel.append(Array(0..<50), size: { _ in 1 })
    try await withThrowingTaskGroup { group in
      for number in 0..<3 { group.addTask { try await channel.send([number], size: { _ in 1 }) } }
      while channel.count < 53 { await Task.yield() }
      #expect(try await channel.take()?.elements.count == 53)
      try await group.waitForAll()
    }
  }

  @Test func `an empty send wakes nobody and waits for nothing`() async throws {
    let channel = channel()
    try await channel.send([], size: { _ in 1 })
    #expect(channel.count == 0)
    async let batch = channel.take()
    channel.append([], size: { _ in 1 })
    channel.append([1], size: { _ in 1 })
    #expect(try await batch?.elements == [1])
  }

  @Test(
    arguments: [
      (4, 1000, [1, 1, 1, 1], true), (4, 1000, [1, 1, 1, 1, 1], false), (99, 100, [50, 50], true),
      (99, 100, [50, 51], false), (0, 1000, [1], false),
    ] as [(Int, Int, [Int], Bool)])
  func `a sender waits while the channel is over its capacity, in number or in bytes`(
    roomCount: Int, roomBytes: Int, sizes: [Int], returns: Bool
  ) async throws {
    let channel = channel(count: 1, roomCount: roomCount, roomBytes: roomBytes)
    let journal = Journal<String>()
    try await withThrowingTaskGroup { group in
      group.addTask {
        try await channel.send(sizes, size: { $0 })
        journal.note("sent")
      }
      if returns {
        try await journal.wait { $0 == ["sent"] }
      } else {
        while channel.count < sizes.count { await Task.yield() }
        #expect(journal.entries.isEmpty)
      }
      // One is taken: now it fits.
      _ = try await channel.take()
      try await group.waitForAll()
    }
    #expect(journal.entries == ["sent"])
  }

  @Test(arguments: [true, false])
  func `a waiting sender and taker can be cancelled, and so can those that arrive cancelled`(sender: Bool)
    async throws
  {
    let channel = channel(roomCount: 0)
    let task = Task {
      if sender { try await channel.send([1], size: { _ in 1 }) } else { _ = try await channel.take() }
    }
    await Task.yield()
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    // The channel works as before.
    if sender {
      #expect(try await channel.take()?.elements == [1])
    } else {
      channel.append([2], size: { _ in 1 })
      #expect(try await channel.take()?.elements == [2])
    }
  }

  @Test(arguments: 0..<200)
  func `cancellation at any moment neither hangs nor loses what was sent before`(round: Int) async throws {
    let channel = channel(roomCount: 0)
    let taker = Task { try await channel.take()?.elements }
    if round % 2 == 0 { await Task.yield() }
    async let sent: Void = channel.append([1], size: { _ in 1 })
    taker.cancel()
    await sent
    let taken = try? await taker.value
    channel.finish()
    let rest = try await channel.take()?.elements
    #expect((taken ?? []) + (rest ?? []) == [1])
  }

  @Test(arguments: 0..<6)
  func `at full speed nothing is lost, duplicated or reordered, and no limit exceeded`(
    seed: UInt64
  ) async throws {
    let total = 4000
    let channel = channel(count: 7, bytes: 50, roomCount: Int(seed * 3), roomBytes: 60)
    async let sending: Void = {
      var random = SeededRandom(seed: seed)
      var next = 0
      while next < total {
        let end = min(total, next + .random(in: 1...9, using: &random))
        try await channel.send(Array(next..<end), size: { $0 % 13 })
        next = end
        if seed % 2 == 0 { await Task.yield() }
      }
      channel.finish()
    }()
    var taken: [Int] = []
    while let batch = try await channel.take() {
      #expect((1...7).contains(batch.elements.count))
      taken += batch.elements
      if seed % 3 == 0 { await Task.yield() }
    }
    try await sending
    #expect(taken == Array(0..<total))
  }
}
