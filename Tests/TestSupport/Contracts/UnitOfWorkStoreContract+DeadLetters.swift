import Testing
import UnitOfWork
import WorkspaceApplication

extension UnitOfWorkStoreContract {
  static let deadLetters: [Self] = [
    Self("a dead letter that was committed is known by its fingerprint, in its queue") { stores in
      let store = try await stores.open()
      let letters = [DeadLetter.sample(), .sample()]
      try await store.write { $0.deadLetters = letters }
      let unknown = [
        DeadLetterKey(queue: letters[0].queue, fingerprint: [UInt8](repeating: 9, count: 32)),
        DeadLetterKey(queue: "/another", fingerprint: letters[0].fingerprint),
      ]
      let known = try await store.read { $0.deadLetters = Set(letters.map(\.key) + unknown) }.deadLetters
      #expect(known == Set(letters.map(\.key)))
    },

    Self("a message may be in the ledger twice") { stores in
      let store = try await stores.open()
      let letter = DeadLetter.sample()
      try await store.write { $0.deadLetters = [letter] }
      try await store.write { $0.deadLetters = [.sample(fingerprint: letter.fingerprint)] }
      #expect(try await store.read { $0.deadLetters = [letter.key] }.deadLetters == [letter.key])
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
