import Coordination
import EndToEndSupport
import SpiceDBClient
import TestSupport
import Testing

/// What SpiceDB answers when something is wrong, and the outcome of the call. Each test has a double of its own.
@Suite(.serialized, .needsServersAlone) struct SpiceDBFaultsTests {
  private let relationship = SpiceDBRelationship("tenant:t#member@user:u")
  private let item = CheckItem("tenant:t#view@user:u")
  private let filter = RelationshipFilter(resourceType: "tenant", resourceID: "t")

  @Test(
    arguments: [
      ("ABORTED", "SERIALIZATION_FAILURE"), ("UNAVAILABLE", nil), ("RESOURCE_EXHAUSTED", nil), ("CANCELLED", nil),
      ("DEADLINE_EXCEEDED", nil),
    ] as [(String, String?)])
  func `transient errors are retried without the caller noticing`(code: String, reason: String?) async throws {
    let double = try await SpiceDBDouble()
    try await double.connect { spicedb in
      try await double.order(.init("WriteRelationships") { ($0.times, $0.code, $0.reason) = (2, code, reason) })
      let token = try await spicedb.write([.touch(relationship)])
      #expect(try await double.calls("WriteRelationships") == 3)
      #expect(try await spicedb.check(item, .atLeastAsFresh(token)))
    }
  }

  @Test(
    arguments: [
      ("INVALID_ARGUMENT", "TOO_MANY_UPDATES_IN_REQUEST", .invalidRequest),
      ("FAILED_PRECONDITION", "UNKNOWN_DEFINITION", .schema), ("PERMISSION_DENIED", nil, .unauthenticated),
      ("UNAUTHENTICATED", nil, .unauthenticated), ("RESOURCE_EXHAUSTED", "MAXIMUM_DEPTH_EXCEEDED", .tooDeep),
      ("OUT_OF_RANGE", nil, .expired), ("INTERNAL", nil, .unexpected),
    ] as [(String, String?, SpiceDBError.Kind)])
  func `permanent errors are reported at once`(code: String, reason: String?, kind: SpiceDBError.Kind) async throws {
    let double = try await SpiceDBDouble()
    try await double.connect { spicedb in
      try await double.order(.init("CheckPermission") { ($0.times, $0.code, $0.reason) = (9, code, reason) })
      let error = await failure { () async throws(SpiceDBError) in try await spicedb.check(item, .full) }
      #expect(error?.kind == kind && error?.code == code && error?.reason == reason.map { "ERROR_REASON_\($0)" })
      #expect(try await double.calls("CheckPermission") == 1)
      #expect(error?.attempts == 1 && error?.mayHaveBeenMade == false)
    }
  }

  @Test func `retries are limited, and a write that may have been made is reported as such`() async throws {
    let double = try await SpiceDBDouble()
    try await double.connect(double.configuration(attempts: 3)) { spicedb in
      try await double.order([
        .init("WriteRelationships") { $0.times = 99 }, .init("CheckPermission") { $0.times = 99 },
      ])
      let write = await failure { () async throws(SpiceDBError) in try await spicedb.write([.touch(relationship)]) }
      #expect(write?.kind == .unavailable && write?.attempts == 3 && write?.mayHaveBeenMade == true)
      #expect(try await double.calls("WriteRelationships") == 3)
      let check = await failure { () async throws(SpiceDBError) in try await spicedb.check(item, .full) }
      #expect(check?.kind == .unavailable && check?.attempts == 3 && check?.mayHaveBeenMade == false)
    }
  }

  @Test func `a write whose answer is lost is repeated`() async throws {
    let double = try await SpiceDBDouble()
    try await double.connect { spicedb in
      try await double.order([
        .init("WriteRelationships") { $0.after = true }, .init("DeleteRelationships") { $0.after = true },
      ])
      _ = try await spicedb.write([.touch(relationship)])
      #expect(try await double.calls("WriteRelationships") == 2)
      #expect(try await spicedb.check(item, .full))
      #expect(try await spicedb.delete(filter).isComplete)
      #expect(try await double.calls("DeleteRelationships") == 2)
      #expect(try await !spicedb.check(item, .full))
    }
  }

  @Test func `a write with preconditions is not: it would be judged by its own effect`() async throws {
    let double = try await SpiceDBDouble()
    try await double.connect { spicedb in
      try await double.order(.init("WriteRelationships") { $0.after = true })
      let error = await failure { () async throws(SpiceDBError) in
        try await spicedb.write([.touch(relationship)], preconditions: [.isAbsent(filter)])
      }
      #expect(error?.kind == .unavailable && error?.mayHaveBeenMade == true && error?.attempts == 1)
      #expect(try await spicedb.check(item, .full))
    }
  }

  @Test func `a missing answer is awaited up to the deadline, and requested again`() async throws {
    let double = try await SpiceDBDouble()
    try await double.connect(double.configuration(timeout: .seconds(1), attempts: 2)) { spicedb in
      try await double.order(.init("WriteRelationships") { ($0.after, $0.hold) = (true, true) })
      _ = try await spicedb.write([.touch(relationship)])
      #expect(try await double.calls("WriteRelationships") == 2)
      try await double.order(.init("WriteRelationships") { ($0.times, $0.hold) = (9, true) })
      let error = await failure { () async throws(SpiceDBError) in try await spicedb.write([.touch(relationship)]) }
      #expect(error?.kind == .deadlineExceeded && error?.attempts == 2 && error?.mayHaveBeenMade == true)
    }
  }

  @Test(arguments: [true, false])
  func `a cancelled caller is told that the write may have been made`(whileItIsMade isHeld: Bool) async throws {
    let double = try await SpiceDBDouble()
    // Between two attempts there is time to give up.
    try await double.connect(double.configuration(pauses: Backoff(shortest: .seconds(600), longest: .seconds(600)))) {
      spicedb in
      try await double.order(.init("WriteRelationships") { $0.hold = isHeld })
      let relationship = relationship
      let call = Task {
        await failure { () async throws(SpiceDBError) in try await spicedb.write([.touch(relationship)]) }
      }
      try await Patience.poll(for: "the write arrives") { try await double.calls("WriteRelationships") == 1 }
      call.cancel()
      let error = await call.value
      #expect(error?.kind == .cancelled && error?.mayHaveBeenMade == true && error?.attempts == 1)
    }
  }

  @Test func `a broken stream is read again, and shows nothing twice`() async throws {
    let double = try await SpiceDBDouble()
    try await double.connect { spicedb in
      let updates = (0..<7).map { RelationshipUpdate.touch(SpiceDBRelationship("tenant:t#member@user:u\($0)")) }
      _ = try await spicedb.write(updates)
      try await double.order(.init("ReadRelationships") { ($0.cut, $0.times) = (3, 2) })
      let page = try await spicedb.relationships(filter, .full)
      #expect(page.relationships == updates.map(\.relationship) && page.next == nil)
      #expect(try await double.calls("ReadRelationships") == 3)
    }
  }

  @Test func `an empty answer is no answer, and a write that got it was made`() async throws {
    let double = try await SpiceDBDouble()
    try await double.connect { spicedb in
      let methods = ["WriteRelationships", "CheckPermission", "CheckBulkPermissions", "ReadRelationships"]
      try await double.order(methods.map { .init($0) { $0.blank = true } })
      let relationship = relationship
      let write = await failure { () async throws(SpiceDBError) in try await spicedb.write([.touch(relationship)]) }
      #expect(write?.kind == .malformedAnswer && write?.mayHaveBeenMade == true)
      let reads = [
        await failure { () async throws(SpiceDBError) in try await spicedb.check(item, .full) },
        await failure { () async throws(SpiceDBError) in try await spicedb.check([item], .full) },
        await failure { () async throws(SpiceDBError) in try await spicedb.relationships(filter, .full) },
      ]
      for error in reads { #expect(error?.kind == .malformedAnswer && error?.mayHaveBeenMade == false) }
      #expect(try await spicedb.check(item, .full))
    }
  }

  @Test func `an answer may be old, unless a token or full consistency is requested`() async throws {
    let double = try await SpiceDBDouble()
    try await double.connect { spicedb in
      try await double.freezeSnapshot(true)
      let token = try await spicedb.write([.touch(relationship)])
      #expect(try await !spicedb.check(item, .minimizeLatency))
      #expect(try await spicedb.check(item, .atLeastAsFresh(token)))
      #expect(try await spicedb.check(item, .full))
      try await double.freezeSnapshot(false)
      #expect(try await spicedb.check(item, .minimizeLatency))
    }
  }

  @Test func `a revision that SpiceDB has forgotten is expired, for tokens and cursors`() async throws {
    let double = try await SpiceDBDouble()
    try await double.connect { spicedb in
      let old = try await spicedb.write((0..<3).map { .touch(SpiceDBRelationship("tenant:t#member@user:u\($0)")) })
      let cursor = try #require(try await spicedb.relationships(filter, .full, limit: 1).next)
      _ = try await spicedb.write([.touch(relationship)])
      try await double.forgetHistory()
      let errors = [
        await failure { () async throws(SpiceDBError) in try await spicedb.check(item, .atExactly(old)) },
        await failure { () async throws(SpiceDBError) in
          try await spicedb.relationships(filter, .full, after: cursor, limit: 1)
        },
      ]
      for error in errors { #expect(error?.kind == .expired && error?.attempts == 1) }
      #expect(try await spicedb.check(item, .atLeastAsFresh(old)))
    }
  }

  @Test func `SpiceDB can be reachable and not serve`() async throws {
    let double = try await SpiceDBDouble()
    try await double.connect { spicedb in
      try await double.serve(false)
      #expect(try await !spicedb.isServing())
      try await double.serve(true)
      #expect(try await spicedb.isServing())
    }
  }

  @Test func `a missing schema reads as nil, and is an error for calls that need one`() async throws {
    let double = try await SpiceDBDouble()
    try await SpiceDBConnection.withConnection(double.configuration(), logger: .silent) { spicedb async throws in
      #expect(try await spicedb.schema() == nil)
      let error = await failure { () async throws(SpiceDBError) in try await spicedb.write([.touch(relationship)]) }
      #expect(error?.kind == .schema && error?.attempts == 1)
    }
  }
}
