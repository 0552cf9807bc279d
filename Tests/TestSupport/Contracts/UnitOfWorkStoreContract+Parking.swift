import Messaging
import Testing
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

extension UnitOfWorkStoreContract {
  private static let now = Timestamp.sample

  static let parking: [Self] = [
    Self("a line keeps the order in which commands were parked, across units of work") { stores in
      let store = try await stores.open()
      let tenant = TenantID.random()
      try await store.park(.failed("1", tenant: tenant), .waiting("2", tenant: tenant))
      try await store.park(.waiting("3", tenant: tenant))
      let line = try await store.due(at: now, limit: 10, bytes: 1 << 20)
      #expect(line.map(\.command.commandID) == ["1", "2", "3"])
      #expect(line.map(\.id) == line.map(\.id).sorted())
    },

    Self("a parked command comes back complete") { stores in
      let store = try await stores.open()
      let commands = [ParkedCommand.failed("1", tenant: .random()), .failed("2", tenant: .random(), count: 3)]
      try await store.park(commands[0])
      #expect(try await store.due(at: now, limit: 10, bytes: 1 << 20).map(\.command) == [commands[0]])
    },

    Self("a waiting command is found by its key, in its tenant alone") { stores in
      let store = try await stores.open()
      let (tenant, other) = (TenantID.random(), TenantID.random())
      try await store.park(.failed("1", tenant: tenant), .waiting("2", tenant: tenant))
      func key(_ id: String, _ tenant: TenantID, source: String? = nil) -> InboxKey {
        InboxKey(tenantID: tenant, source: source ?? ParkedCommand.waiting(id, tenant: tenant).source, id: id)
      }
      var readSet = ReadSet()
      readSet.waiting = [key("2", tenant), key("3", tenant), key("2", other), key("2", tenant, source: "/another")]
      let snapshot = try await store.begin(readSet)
      try await store.rollback()
      #expect(snapshot.waiting == [key("2", tenant)])
    },

    Self("the line due longest comes first, and none before its time") { stores in
      let store = try await stores.open()
      let (early, late) = (TenantID.random(), TenantID.random())
      try await store.park(
        .failed("late", tenant: late, dueAfter: 2000), .failed("early", tenant: early, dueAfter: 1000))
      #expect(try await store.due(at: now, limit: 10, bytes: 1 << 20).isEmpty)
      #expect(try await store.due(at: now.plus(1000), limit: 10, bytes: 1 << 20).map(\.command.commandID) == ["early"])
      #expect(try await store.due(at: now.plus(9999), limit: 10, bytes: 1 << 20).map(\.command.commandID) == ["early"])
    },

    Self("a part of a line ends at the limit, or with the command that exceeds the size") { stores in
      let store = try await stores.open()
      let tenant = TenantID.random()
      try await store.park(.failed("1", tenant: tenant), .waiting("2", tenant: tenant), .waiting("3", tenant: tenant))
      #expect(try await store.due(at: now, limit: 2, bytes: 1 << 20).map(\.command.commandID) == ["1", "2"])
      #expect(try await store.due(at: now, limit: 9, bytes: 1).map(\.command.commandID) == ["1"])
    },

    Self("when the first commands leave, the next one is due; then the line is gone") { stores in
      let store = try await stores.open()
      let tenant = TenantID.random()
      try await store.park(.failed("1", tenant: tenant), .waiting("2", tenant: tenant), .waiting("3", tenant: tenant))
      let line = try await store.due(at: now, limit: 10, bytes: 1 << 20)
      try await store.write {
        $0.line = .advance(tenant, removing: line.prefix(2).map(\.id), bytes: 2, at: now.plus(5))
      }
      #expect(try await store.due(at: now.plus(4), limit: 10, bytes: 1 << 20).isEmpty)
      #expect(try await store.due(at: now.plus(5), limit: 10, bytes: 1 << 20).map(\.command.commandID) == ["3"])
      try await store.write { $0.line = .advance(tenant, removing: [line[2].id], bytes: 1, at: now) }
      #expect(try await store.lines(dueWithin: .seconds(86_400)).isEmpty)
    },

    Self("a command that fails again stays first, and is due later") { stores in
      let store = try await stores.open()
      let tenant = TenantID.random()
      try await store.park(.failed("1", tenant: tenant), .waiting("2", tenant: tenant))
      let first = try await store.due(at: now, limit: 1, bytes: 1 << 20)[0]
      let failures = ParkedCommand.Failures(after: first.command.failures, at: now.plus(1), error: "again")
      try await store.write {
        $0.line = .postpone(
          tenant, first.id, failures, process: .process(9), until: now.plus(7), seen: first.command.dueAt)
      }
      #expect(try await store.due(at: now.plus(6), limit: 10, bytes: 1 << 20).isEmpty)
      let line = try await store.due(at: now.plus(7), limit: 10, bytes: 1 << 20)
      #expect(line.map(\.command.commandID) == ["1", "2"])
      #expect(
        line[0].command.failures == ParkedCommand.Failures(count: 2, first: now, last: now.plus(1), error: "again"))
      #expect(line[0].command.process == .process(9))
    },

    Self("a command rescheduled during an attempt is due at the new time") { stores in
      let store = try await stores.open()
      let tenant = TenantID.random()
      try await store.park(.failed("1", tenant: tenant))
      let first = try await store.due(at: now, limit: 1, bytes: 1 << 20)[0]
      let failures = ParkedCommand.Failures(after: first.command.failures, at: now.plus(1), error: "again")
      try await store.write {
        $0.line = .postpone(tenant, first.id, failures, process: .process(9), until: now.plus(7), seen: now.plus(-1))
      }
      #expect(try await store.due(at: now, limit: 10, bytes: 1 << 20).map(\.command.failures) == [failures])
    },

    Self("a command that has already left its line is a conflict") { stores in
      let store = try await stores.open()
      let tenant = TenantID.random()
      try await store.park(.failed("1", tenant: tenant))
      let id = try await store.due(at: now, limit: 1, bytes: 1)[0].id
      let gone = ParkedID(number: id.number + 1_000_000)
      try await store.expectConflict(nil) { $0.line = .advance(tenant, removing: [id, gone], bytes: 2, at: now) }
      try await store.expectConflict(nil) {
        $0.line = .postpone(
          tenant, gone, .init(count: 1, first: now, last: now, error: "x"), process: .process(1), until: now, seen: now)
      }
      #expect(try await store.lines(dueWithin: .seconds(86_400)).map(\.count) == [1])
    },

    Self("a line has one first command") { stores in
      let store = try await stores.open()
      let tenant = TenantID.random()
      try await store.park(.failed("1", tenant: tenant))
      await #expect(throws: UnitOfWorkError.self) { try await store.park(.failed("2", tenant: tenant)) }
      #expect(try await store.lines(dueWithin: .seconds(86_400)).map(\.count) == [1])
    },

    Self("lines are listed with their length, oldest command and due time") { stores in
      let store = try await stores.open()
      let tenants = [TenantID.random(), .random()].sorted()
      let commands: [ParkedCommand] = [
        .failed("1", tenant: tenants[0], dueAfter: 10), .waiting("2", tenant: tenants[0]),
        .failed("3", tenant: tenants[1]),
      ]
      try await store.write { $0.parked = commands }
      let bytes = commands[0].message.size
      #expect(
        try await store.lines(dueWithin: .seconds(86_400)).sorted { $0.tenantID < $1.tenantID } == [
          ParkedLine(tenantID: tenants[0], count: 2, bytes: 2 * bytes, oldest: now, dueAt: now.plus(10)),
          ParkedLine(tenantID: tenants[1], count: 1, bytes: bytes, oldest: now, dueAt: now),
        ])
    },

    Self("each queue has its own lines") { stores in
      let store = try await stores.open()
      let other = try await stores.open()
      let tenant = TenantID.random()
      try await store.park(.failed("1", tenant: tenant))
      #expect(try await other.lines(dueWithin: .seconds(86_400)).isEmpty)
      #expect(try await other.due(at: now, limit: 1, bytes: 1).isEmpty)
      try await other.park(.failed("1", tenant: tenant))
      #expect(try await store.lines(dueWithin: .seconds(86_400)).map(\.count) == [1])
    },

    Self("a parked command is known by its fingerprint, in its queue") { stores in
      let store = try await stores.open()
      let command = ParkedCommand.failed("1", tenant: .random())
      try await store.park(command)
      let wanted: Set = [command.fingerprint, [UInt8](repeating: 9, count: 32)]
      #expect(try await store.read { $0.parked = wanted }.parked == [command.fingerprint])
    },

    Self("a message processed by a transaction is no longer known as fatal") { stores in
      let store = try await stores.open()
      let hash = [UInt8](repeating: 7, count: 32)
      try await store.write { $0.survived = [hash] }
      #expect(try await store.becomeActive(.process(1), at: now) == FatalMessages())
    },
  ]
}

extension UnitOfWorkStore {
  fileprivate func park(_ commands: ParkedCommand...) async throws(UnitOfWorkError) {
    try await write { $0.parked = commands }
  }
}

extension Timestamp {
  fileprivate func plus(_ duration: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds + duration) }
}

extension ULID {
  fileprivate static func process(_ number: UInt64) -> ULID {
    ULID(milliseconds: 0, randomness: .init(high: 0, low: number))
  }
}

extension ParkedCommand {
  fileprivate static func failed(
    _ id: String, tenant: TenantID, count: Int = 1, dueAfter delay: Int64 = 0
  ) -> ParkedCommand {
    let failures = Failures(count: count, first: .sample, last: .sample, error: "23514 check_violation")
    return sample(id, tenant: tenant, failures: failures, dueAt: .sample.plus(delay))
  }

  fileprivate static func waiting(_ id: String, tenant: TenantID) -> ParkedCommand {
    sample(id, tenant: tenant, failures: nil, dueAt: nil)
  }

  private static func sample(_ id: String, tenant: TenantID, failures: Failures?, dueAt: Timestamp?) -> ParkedCommand {
    var properties = MessageProperties()
    properties.messageID = ShortString(id)
    let message = AMQPMessage(
      exchange: "workspace.commands", routingKey: ShortString(bytes: [0xFF]) ?? "", properties: properties,
      body: [0, 0xFF])
    return ParkedCommand(
      tenantID: tenant, type: "workspace.create", source: "/tests", commandID: id, message: message,
      fingerprint: (0..<32).map { _ in .random(in: 0...255) }, parkedAt: .sample, process: .process(1),
      failures: failures, dueAt: dueAt)
  }
}
