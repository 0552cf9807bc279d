import Coordination
import Testing

@testable import SpiceDBClient

@Suite struct SpiceDBRetriesTests {
  private let retries = SpiceDBRetries(
    attempts: 3, backoff: Backoff(shortest: .milliseconds(10), longest: .milliseconds(30)))

  private func error(_ code: GRPCStatusCode, _ reason: String? = nil, _ message: String = "") -> SpiceDBError {
    SpiceDBError(
      code.kind(reason: reason.map { "ERROR_REASON_\($0)" }, message: message), code: code, reason: reason,
      message: message)
  }

  @Test(arguments: [GRPCStatusCode.aborted, .unavailable, .resourceExhausted, .deadlineExceeded, .cancelled])
  func `transient errors are retried, up to the last attempt`(code: GRPCStatusCode) {
    let error = error(code)
    #expect(error.isTransient)
    #expect(retries.delay(after: error, attempt: 1, isRepeatable: true, random: 0) == .milliseconds(10))
    #expect(retries.delay(after: error, attempt: 2, isRepeatable: true, random: 1) == .milliseconds(30))
    #expect(retries.delay(after: error, attempt: 3, isRepeatable: true, random: 0) == nil)
  }

  @Test(arguments: [
    GRPCStatusCode.unknown, .invalidArgument, .notFound, .alreadyExists, .permissionDenied, .failedPrecondition,
    .outOfRange,
    .unimplemented, .internal, .dataLoss, .unauthenticated,
  ])
  func `permanent errors are not`(code: GRPCStatusCode) {
    #expect(!error(code).isTransient)
    #expect(retries.delay(after: error(code), attempt: 1, isRepeatable: true, random: 0) == nil)
  }

  @Test func `calls that must not run twice are retried only after a refusal`() {
    for code in [GRPCStatusCode.aborted, .resourceExhausted] {
      #expect(retries.delay(after: error(code), attempt: 1, isRepeatable: false, random: 0) != nil)
    }
    for code in [GRPCStatusCode.unavailable, .deadlineExceeded, .cancelled] {
      #expect(retries.delay(after: error(code), attempt: 1, isRepeatable: false, random: 0) == nil)
    }
  }

  /// The pauses until no attempt is left, for a call that must not run twice and fails at once each time.
  private func pauses(after reach: SpiceDBError.Reach, _ retries: SpiceDBRetries) -> [Duration] {
    var failure = error(.unavailable)
    failure.reach = reach
    var (progress, elapsed, pauses) = (SpiceDBRetries.Progress(), Duration.zero, [Duration]())
    while let pause = retries.delay(after: failure, &progress, elapsed: elapsed, isRepeatable: false, random: 1) {
      pauses.append(pause)
      elapsed += pause
    }
    return pauses
  }

  @Test func `while a connection is ending a call waits for its time, and then still has all its attempts`() {
    let retries = SpiceDBRetries.standard
    let pauses = pauses(after: .ending, retries)
    let waits = pauses.dropLast(retries.attempts - 1)
    let total = waits.reduce(Duration.zero, +)
    let last = waits.last ?? .zero
    #expect(total >= retries.gap && total - last < retries.gap)
    #expect(waits.allSatisfy { $0 > .zero && $0 <= .milliseconds(250) })
  }

  @Test func `without a connection a call has its attempts, and one that may have been sent has none left`() {
    #expect(pauses(after: .unsent, retries).count == retries.attempts - 1)
    #expect(pauses(after: .sent, retries).isEmpty && pauses(after: .answered, retries).isEmpty)
  }

  @Test func `a write that was not sent was not made`() {
    for code in [GRPCStatusCode.unavailable, .deadlineExceeded, .cancelled, .internal] {
      var failure = error(code)
      #expect(failure.leavesOutcomeOpen)
      for reach in [SpiceDBError.Reach.ending, .unsent] {
        failure.reach = reach
        #expect(!failure.leavesOutcomeOpen)
      }
    }
  }

  @Test func `the reason distinguishes errors with the same code`() {
    #expect(error(.resourceExhausted, "MAXIMUM_DEPTH_EXCEEDED").kind == .tooDeep)
    #expect(error(.resourceExhausted, nil, "grpc: received message larger than max (5 vs. 4)").kind == .invalidRequest)
    #expect(error(.failedPrecondition, "WRITE_OR_DELETE_PRECONDITION_FAILURE").kind == .preconditionFailed)
    #expect(error(.failedPrecondition, "UNKNOWN_DEFINITION").kind == .schema)
    #expect(error(.failedPrecondition, "INVALID_CURSOR").kind == .expired)
    #expect(error(.invalidArgument, "SCHEMA_PARSE_ERROR").kind == .schema)
    #expect(error(.invalidArgument, "TOO_MANY_UPDATES_IN_REQUEST").kind == .invalidRequest)
    #expect(error(.notFound).kind == .schema && error(.outOfRange).kind == .expired)
  }

  @Test func `SpiceDB's words about objects stay out of the description`() {
    let secret = "group:g#member@user:alice"
    let hidden: [GRPCStatusCode] = [
      .invalidArgument, .failedPrecondition, .aborted, .resourceExhausted, .unknown, .internal, .outOfRange,
    ]
    for code in hidden {
      let error = error(code, nil, secret)
      #expect(!error.description.contains("alice") && error.description.contains(code.name) && error.message == secret)
    }
    #expect(error(.unavailable, nil, "connection refused").description.contains("connection refused"))
  }
}
