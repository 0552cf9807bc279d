import Testing
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

extension UnitOfWorkStoreContract {
  static let deadLetters: [Self] = [
    Self("a committed dead letter is known by its fingerprint, in its queue") { stores in
      let store = try await stores.open()
      let letters = [DeadLetter.sample(), .sample()]
      try await store.write { $0.deadLetters = letters }
      let unknown = [
        DeadLetterKey(queue: letters[0].queue, fingerprint: [UInt8](repeating: 9, count: 32)),
        DeadLetterKey(queue: "/another", fingerprint: letters[0].fingerprint),
      ]
      let known = try await store.read { $0.deadLetters = Set(letters.map(\.key) + unknown) }.deadLetters
      #expect(known == [letters[0].key: [letters[0].id], letters[1].key: [letters[1].id]])
    },

    Self("messages with the same bytes are separate letters, known until their acknowledgements are read") {
      stores in
      let store = try await stores.open()
      let letter = DeadLetter.sample(id: ULID(milliseconds: 1, randomness: ULID.random().randomness))
      let second = DeadLetter.sample(fingerprint: letter.fingerprint)
      try await store.write { $0.deadLetters = [letter] }
      try await store.write { $0.deadLetters = [second] }
      #expect(
        try await store.read { $0.deadLetters = [letter.key] }.deadLetters == [letter.key: [letter.id, second.id]])
      try await store.write { $0.acknowledgedLetters = [letter.id, .random()] }
      #expect(try await store.read { $0.deadLetters = [letter.key] }.deadLetters == [letter.key: [second.id]])
      try await store.write { $0.acknowledgedLetters = [second.id] }
      #expect(try await store.read { $0.deadLetters = [letter.key] }.deadLetters.isEmpty)
    },

    Self("another answer replaces a failure, and nothing else") { stores in
      let store = try await stores.open()
      let failure = InboxEntry.sample(tenant: .random(), type: "workspace.get.failed")
      let success = InboxEntry.sample(tenant: .random())
      try await store.write { $0.inbox = [failure, success] }
      let answer = InboxEntry.sample(
        source: failure.key.source, id: failure.key.id, tenant: failure.key.tenantID, result: [9])
      try await store.expectConflict(nil) { $0.replacedInbox = [answer, .sample(tenant: .random())] }
      try await store.expectConflict(nil) {
        $0.replacedInbox = [.sample(source: success.key.source, id: success.key.id, tenant: success.key.tenantID)]
      }
      try await store.write { $0.replacedInbox = [answer] }
      let found = try await store.read { $0.inbox = [InboxQuestion(answer), InboxQuestion(success)] }.inbox
      #expect(found == [answer.key: answer, success.key: success])
    },

    Self("a unit of work that was rolled back leaves no dead letter") { stores in
      let store = try await stores.open()
      let letter = DeadLetter.sample()
      try await store.expectConflict(.inboxKey) { writeSet in
        let twice = InboxEntry.sample(tenant: .random())
        writeSet.inbox += [twice, twice]
        writeSet.deadLetters = [letter]
      }
      #expect(try await store.read { $0.deadLetters = [letter.key] }.deadLetters.isEmpty)
    },
  ]
}
