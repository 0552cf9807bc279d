import Messaging
import Operations
import Synchronization
import WorkspaceDomain

/// Plans in memory, with a worker that gives each letter the outcome specified by a test, as soon as it is confirmed.
final class FakeReplayStore: ReplayStore {
  private enum Item: Equatable {
    case pending, publishing, published
    case skipped(String?)
  }

  private struct State {
    var letters: [ULID: AMQPMessage] = [:]
    var items: [ULID: Item] = [:]
    var outcomes: [ULID: String] = [:]
    var recorded: [ULID: String] = [:]
    var plans: [ULID: ReplayPlan] = [:]
    var batches: [Int] = []
    var isClaimedElsewhere = false
  }

  private let state = Mutex(State())

  /// - Parameter letters: all of them are in the ledger, and in the plan.
  init(letters: [ULID: AMQPMessage] = [:]) {
    state.withLock { state in
      state.letters = letters
      state.items = letters.mapValues { _ in .pending }
    }
  }

  /// The worker's outcomes of letters; the others get none.
  func willEnd(_ letters: some Sequence<ULID>, as outcome: String) {
    state.withLock { state in for letter in letters { state.outcomes[letter] = outcome } }
  }

  /// Another run has sent these, with that outcome; nil: none is known yet.
  func wereSent(_ letters: some Sequence<ULID>, outcome: String?) {
    state.withLock { state in
      for letter in letters {
        state.items[letter] = .published
        state.recorded[letter] = outcome
      }
    }
  }

  /// Another run was cut off after it had handed these over.
  func wereCutOff(_ letters: some Sequence<ULID>) {
    state.withLock { state in for letter in letters { state.items[letter] = .publishing } }
  }

  func claimElsewhere() { state.withLock { $0.isClaimedElsewhere = true } }

  /// The limits with which letters were requested.
  var batches: [Int] { state.withLock { $0.batches } }

  func make(_ plan: ReplayPlan, of filter: DeadLetterFilter, again: Bool, body: [UInt8]?) async throws -> Int {
    state.withLock { state in
      guard !state.letters.isEmpty else { return 0 }
      state.plans[plan.id] = plan
      return state.letters.count
    }
  }

  func claim(_ plan: ULID) async throws -> Bool { state.withLock { !$0.isClaimedElsewhere } }

  func plan(_ id: ULID) async throws -> ReplayPlan? { state.withLock { $0.plans[id] } }

  func plans(limit: Int) async throws -> [ReplayPlan] { state.withLock { Array($0.plans.values.prefix(limit)) } }

  func progress(_ plan: ULID) async throws -> ReplayProgress {
    state.withLock { state in
      var progress = ReplayProgress()
      for item in state.items.values {
        switch item {
        case .pending: progress.pending += 1
        case .publishing: progress.unsure += 1
        case .published: progress.published += 1
        case .skipped(let code):
          progress.skipped += 1
          if let code { progress.notSent[code, default: 0] += 1 }
        }
      }
      for outcome in state.recorded.values { progress.outcomes[outcome, default: 0] += 1 }
      return progress
    }
  }

  func history(of letter: ULID) async throws -> [ReplayRecord] { [] }

  func next(_ plan: ULID, limit: Int, bytes: Int, at now: Timestamp) async throws -> [ReplayLetter] {
    state.withLock { state in
      state.batches.append(limit)
      var (letters, size) = ([ReplayLetter](), 0)
      for (id, message) in state.letters.sorted(by: { $0.key < $1.key }) where state.items[id] == .pending {
        guard letters.count < limit, size < bytes else { break }
        size += message.body.count
        state.items[id] = .publishing
        letters.append(ReplayLetter(id: id, message: message))
      }
      return letters
    }
  }

  func confirm(_ plan: ULID, _ letters: [ULID], at now: Timestamp) async throws {
    state.withLock { state in
      for letter in letters {
        state.items[letter] = .published
        state.recorded[letter] = state.outcomes[letter]
      }
    }
  }

  func giveUp(_ plan: ULID, _ letters: [(id: ULID, obstacle: ReplayObstacle)], at now: Timestamp) async throws {
    state.withLock { state in
      for (id, obstacle) in letters { state.items[id] = .skipped(obstacle.rawValue) }
    }
  }

  func putBack(_ plan: ULID, _ letters: [ULID]) async throws {
    state.withLock { state in for letter in letters { state.items[letter] = .pending } }
  }

  func settleUnsure(_ plan: ULID, sends: Bool) async throws -> Int {
    state.withLock { state in
      let unsure = state.items.filter { $0.value == .publishing }.keys
      for letter in unsure { state.items[letter] = sends ? .pending : .skipped(nil) }
      return unsure.count
    }
  }
}
