package import DeliveryPipeline
package import MessageContract
package import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// Reads messages that an earlier process may have begun, and died of: what the broker delivers again when the process
/// before has not ended in an orderly way, and what another process has parked. They run alone, and a note is left before that, which goes when they have run. So a message that
/// kills process after process is told from its neighbours, and is not begun for ever.
package struct SuspectReader: Sendable {
  private let store: any UnitOfWorkStore
  private let environment: ExecutionEnvironment
  private let decoder: CommandDecoder

  package init(store: any UnitOfWorkStore, environment: ExecutionEnvironment, decoder: CommandDecoder) {
    self.store = store
    self.environment = environment
    self.decoder = decoder
  }

  /// - Returns: what is to be carried out alone; with a verdict where it is not to be begun again.
  package func read(_ delivery: Delivery) async throws -> Assignment {
    try await read(MessageFingerprint.of(delivery.original), since: environment.clock.now()) { begun, isRead in
      isRead
        ? ReceivedMessage(delivery, decoder: decoder, begun: begun)
        : ReceivedMessage(unread: delivery, parked: nil, begun: begun)
    }
  }

  /// The same for the first command of a line.
  func read(_ entry: ParkedEntry) async throws -> Assignment {
    try await read(entry.command.fingerprint, since: entry.command.parkedAt) { begun, isRead in
      isRead
        ? ReceivedMessage(entry, decoder: decoder, begun: begun)
        : ReceivedMessage(unread: Delivery(entry.command.message), parked: entry, begun: begun)
    }
  }

  private func read(
    _ fingerprint: [UInt8], since first: Timestamp, _ message: (_ begun: [UInt8], _ isRead: Bool) -> ReceivedMessage
  ) async throws -> Assignment {
    let begun = try await store.noteBegin(of: fingerprint, in: environment.process, at: environment.clock.now())
    // The first of those that died had left no note, and this process is among those that did and lives.
    let deaths = begun.processes
    guard deaths < environment.parking.maximumDeaths else {
      // Even to read it may kill.
      let message = message(fingerprint, begun.isDecodable)
      return Assignment([message], verdict: .crashLoop(deaths: deaths, since: first))
    }
    let read = message(fingerprint, true)
    if deaths == environment.parking.maximumDeaths - 1, !begun.isDecodable { try await store.noteDecoded(fingerprint) }
    return Assignment([read])
  }
}

extension Verdict {
  fileprivate static func crashLoop(deaths: Int, since first: Timestamp) -> Verdict {
    .deadLetter(
      .crashLoop, error: "\(deaths) processes ended while they had it in hand", attempts: .init(count: deaths, first: first))
  }
}
