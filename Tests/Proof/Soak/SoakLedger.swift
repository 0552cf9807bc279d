/// Checks results and events as they arrive. It keeps two hashes per command, and two numbers per tenant.
struct SoakLedger: Sendable {
  /// A time without results that is worth noting.
  struct Pause: Sendable {
    let start: ContinuousClock.Instant
    let end: ContinuousClock.Instant

    var duration: Duration { end - start }
  }

  /// More of them would not say more.
  private static let maximumViolations = 100
  private static let shortestPause = Duration.milliseconds(250)
  private static let maximumPauses = 10_000

  private let stream: SoakStream
  private var results: [Int] = []
  private var events: [Int] = []
  /// By tenant: how many of its commands have a result, an event.
  private var nextResult: [Int]
  private var nextEvent: [Int]
  private(set) var violations: [Violation] = []
  /// Commands that have a result.
  private(set) var answered = 0
  private(set) var announced = 0
  /// Results and events that came again.
  private(set) var repetitions = 0
  private(set) var pauses: [Pause] = []
  private var lastAnswer = ContinuousClock.now

  init(_ stream: SoakStream) {
    self.stream = stream
    nextResult = stream.tenants.map { _ in 0 }
    nextEvent = nextResult
  }

  mutating func result(_ message: SoakMessage) {
    let tenant = stream.tenant(of: message.command)
    let id = SoakStream.id(of: message.command)
    if message.isRefusal { note(.refused(command: id, type: "other than succeeded")) }
    switch stream.place(of: message.command) {
    case nextResult[tenant]:
      nextResult[tenant] += 1
      answered += 1
      noteTime()
      Self.keep(message, in: &results)
    case ..<nextResult[tenant]:
      repetitions += 1
      if results[message.command] != message.hash { note(.changedResult(command: id)) }
    default:
      let expected = SoakStream.id(of: nextResult[tenant] * stream.tenants.count + tenant)
      note(.disorderedResults(tenant: stream.tenants[tenant], command: id, expected: expected))
    }
  }

  mutating func event(_ message: SoakMessage) {
    let tenant = stream.tenant(of: message.command)
    let place = stream.place(of: message.command)
    guard message.sequence == place + 1 else {
      return note(.wrongEvent(tenant: stream.tenants[tenant], sequence: message.sequence ?? 0))
    }
    switch place {
    case nextEvent[tenant]:
      nextEvent[tenant] += 1
      announced += 1
      Self.keep(message, in: &events)
    case ..<nextEvent[tenant]:
      repetitions += 1
      if events[message.command] != message.hash {
        note(.changedEvent(tenant: stream.tenants[tenant], sequence: place + 1))
      }
    default: note(.gap(tenant: stream.tenants[tenant], last: nextEvent[tenant], next: place + 1))
    }
  }

  /// What arrived isn't a result or event of a command of this soak.
  mutating func unknown() { note(.unknownResult(command: "unreadable")) }

  /// What the inbox keeps for a command.
  mutating func answer(_ command: Int, hash: Int) {
    guard results.indices.contains(command) else { return note(.unknownAnswer(command: SoakStream.id(of: command))) }
    if results[command] != hash { note(.changedAnswer(command: SoakStream.id(of: command))) }
  }

  mutating func note(_ violation: Violation) {
    if violations.count < Self.maximumViolations { violations.append(violation) }
  }

  private mutating func noteTime() {
    let pause = Pause(start: lastAnswer, end: .now)
    lastAnswer = pause.end
    if pause.duration >= Self.shortestPause, pauses.count < Self.maximumPauses { pauses.append(pause) }
  }

  private static func keep(_ message: SoakMessage, in hashes: inout [Int]) {
    // Tenants progress at different rates.
    if hashes.count <= message.command {
      hashes += repeatElement(0, count: max(1 << 16, message.command + 1 - hashes.count))
    }
    hashes[message.command] = message.hash
  }
}
