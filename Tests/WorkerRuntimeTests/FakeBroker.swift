import Coordination
import Messaging
import Synchronization
import Testing
import WorkerRuntime

/// A queue that outlives its connections: unacknowledged messages are redelivered, in order.
final class FakeBroker: Sendable {
  struct LinkLost: Error, Equatable {}

  /// Decides about a publication: how many of its messages get through, if not all of them do.
  typealias PublishFault = @Sendable ([AMQPMessage]) -> Int?

  private struct State {
    var queue: [CommandMessage] = []
    var acknowledged: Set<Int> = []
    var sources: [FakeSource] = []
    var published: [AMQPMessage] = []
    var publishFault: PublishFault = { _ in nil }
    var occupancies: (answer: QueueOccupancy, count: Int) = (.vacant, 0)
    var refusedClaims = 0
  }

  let journal: Journal<Happening>
  /// Publications wait while this is closed.
  let gate = Gate()
  /// How long the broker may need to notice that a consumer has vanished.
  let releaseTime = Mutex(Duration.zero)
  private let state = Mutex(State())

  init(journal: Journal<Happening>) { self.journal = journal }

  var published: [AMQPMessage] { state.withLock { $0.published } }
  var sessions: Int { state.withLock { $0.sources.count } }
  /// Labels of unacknowledged messages.
  var unacknowledged: [String] {
    state.withLock { state in
      state.queue.indices.filter { !state.acknowledged.contains($0) }.map { state.queue[$0].label }
    }
  }

  /// For this many queries the answer is another one than that the queue is vacant.
  func answer(_ occupancy: QueueOccupancy, forQuestions count: Int) {
    state.withLock { $0.occupancies = (occupancy, count) }
  }

  func occupancy() -> QueueOccupancy {
    state.withLock { state in
      guard state.occupancies.count > 0 else { return .vacant }
      state.occupancies.count -= 1
      return state.occupancies.answer
    }
  }

  /// For this many queries, somebody else has the right to publish.
  func refuseClaims(_ count: Int) { state.withLock { $0.refusedClaims = count } }

  func claimPublishing() -> Bool {
    state.withLock { state in
      state.refusedClaims -= 1
      return state.refusedClaims < 0
    }
  }

  func failPublishing(_ fault: @escaping PublishFault) { state.withLock { $0.publishFault = fault } }

  func enqueue(_ messages: CommandMessage...) { enqueue(messages) }

  func enqueue(_ messages: [CommandMessage]) {
    let (start, source) = state.withLock { state in
      defer { state.queue += messages }
      return (state.queue.count, state.sources.last)
    }
    source?.arrive(messages.enumerated().map { (start + $0.offset, $0.element) })
  }

  /// Opens a connection to the queue of dead letters, in which nothing ever comes.
  func connectDeadLetters() -> Link<any DeliverySource> {
    let source = FakeSource(broker: self, generation: 0)
    return Link(source, on: source)
  }

  /// Opens the next connection.
  func connect() -> FakeSource {
    state.withLock { state in
      let source = FakeSource(broker: self, generation: UInt64(state.sources.count + 1))
      let pending = state.queue.indices.filter { !state.acknowledged.contains($0) }
      source.arrive(pending.map { ($0, state.queue[$0]) })
      state.sources.append(source)
      return source
    }
  }

  /// The current connection is lost.
  func breakLink() { state.withLock { $0.sources.last }?.breakLink() }

  fileprivate func acknowledged(_ indices: [Int]) {
    let labels = state.withLock { state in
      state.acknowledged.formUnion(indices)
      return indices.map { state.queue[$0].label }
    }
    journal.note(.acknowledged(labels))
  }

  fileprivate func deliver(_ replies: [AMQPMessage]) { state.withLock { $0.published += replies } }

  fileprivate func publish(_ messages: [AMQPMessage]) throws {
    let (fault, source) = state.withLock { ($0.publishFault, $0.sources.last) }
    let count = fault(messages) ?? messages.count
    state.withLock { $0.published += messages.prefix(count) }
    journal.note(.published(messages.prefix(count).map(\.label)))
    guard count == messages.count else {
      source?.breakLink()
      throw LinkLost()
    }
    journal.note(.confirmed(messages.map(\.label)))
  }
}

/// A connection to a ``FakeBroker``, for consuming and for publishing.
final class FakeSource: DeliverySource, MessagePublisher, Closable {
  private struct State {
    var waiting: [Delivery] = []
    /// The place in the queue of each delivery, in the order of the tags.
    var places: [Int] = []
    var settled = 0
    var isConsuming = false
    var isStopped = false
  }

  private let broker: FakeBroker
  private let generation: UInt64
  private let state = Mutex(State())
  /// One entry for each change that can be waited for.
  private let changes = Journal<Void>()
  private let broken = Journal<Void>()

  init(broker: FakeBroker, generation: UInt64) {
    self.broker = broker
    self.generation = generation
  }

  /// The number of its session.
  var session: Int { Int(generation) }

  func close() async {}

  private var isBroken: Bool { !broken.entries.isEmpty }

  func arrive(_ messages: [(place: Int, message: CommandMessage)]) {
    state.withLock { state in
      for (place, message) in messages {
        state.places.append(place)
        state.waiting.append(message.delivery(UInt64(state.places.count), generation: generation))
      }
    }
    changes.note(())
  }

  func breakLink() {
    broken.note(())
    changes.note(())
  }

  func waitUntilBroken() async -> any Error {
    try? await broken.wait { !$0.isEmpty }
    return FakeBroker.LinkLost()
  }

  /// Deliveries are passed on from here on.
  func consume() -> FakeSource {
    broker.journal.note(.startedConsuming)
    state.withLock { $0.isConsuming = true }
    changes.note(())
    return self
  }

  func deliveries() async throws -> [Delivery] {
    while true {
      let seen = changes.entries.count
      guard !isBroken else { throw FakeBroker.LinkLost() }
      let (deliveries, isStopped) = state.withLock { state -> ([Delivery], Bool) in
        guard state.isConsuming else { return ([], false) }
        defer { state.waiting = [] }
        return (state.waiting, state.isStopped)
      }
      if !deliveries.isEmpty {
        broker.journal.note(.delivered(deliveries.map(\.label)))
        return deliveries
      }
      if isStopped { return [] }
      try await changes.wait { $0.count > seen }
    }
  }

  func acknowledge(_ acknowledgements: [Acknowledgement]) async throws {
    guard !isBroken else { throw FakeBroker.LinkLost() }
    for acknowledgement in acknowledgements {
      #expect(acknowledgement.tag.generation == generation, "an acknowledgement of another channel")
      let places = state.withLock { state in
        let last = Int(acknowledgement.tag.number)
        // The ledger acknowledges in order: a tag that is already settled closes the channel.
        #expect(last > state.settled && last <= state.places.count)
        #expect(acknowledgement.isMultiple || last == state.settled + 1)
        defer { state.settled = last }
        return Array(state.places[state.settled..<last])
      }
      broker.acknowledged(places)
    }
  }

  func confirmAcknowledgements() async throws {
    guard !isBroken else { throw FakeBroker.LinkLost() }
  }

  func stopConsuming() async throws {
    broker.journal.note(.stoppedConsuming)
    state.withLock { $0.isStopped = true }
    changes.note(())
  }

  func submit(_ messages: [AMQPMessage]) async throws -> any PublisherConfirmation {
    guard !isBroken else { throw FakeBroker.LinkLost() }
    return Confirmation(source: self, messages: messages)
  }

  private struct Confirmation: PublisherConfirmation {
    let source: FakeSource
    let messages: [AMQPMessage]

    func wait() async throws { try await source.publishNow(messages) }
  }

  private func publishNow(_ messages: [AMQPMessage]) async throws {
    try await broker.gate.pass()
    // A broker is slow: a caller that does not wait for it gets ahead.
    for _ in 0..<20 { await Task.yield() }
    guard !isBroken else { throw FakeBroker.LinkLost() }
    try broker.publish(messages)
  }
}

/// Delivers replies at once, and has them settled at once unless they are held.
final class FakeReplies: ReplySender {
  private let broker: FakeBroker
  /// Nil: settled at once.
  private let held = Mutex<[PendingReply]?>(nil)

  init(_ broker: FakeBroker) { self.broker = broker }

  func send(_ replies: [PendingReply]) {
    broker.deliver(replies.map(\.message))
    let areHeld = held.withLock { held in
      held?.append(contentsOf: replies)
      return held != nil
    }
    if !areHeld { for reply in replies { reply.settled(.delivered) } }
  }

  /// No queue confirms its replies any more.
  func hold() { held.withLock { $0 = [] } }

  /// All queues do.
  func release() {
    for reply in held.withLock({ $0.take() }) ?? [] { reply.settled(.delivered) }
  }

  func waitUntilSettled() async {}

  func run() async throws { try await Task.sleep(for: .seconds(3600)) }
}
