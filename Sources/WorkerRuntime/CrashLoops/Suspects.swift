package import MessageContract
package import Messaging
import Synchronization
package import UnitOfWork
import WorkspaceApplication
package import WorkspaceDomain

/// Decides about messages that may kill this process: those that have killed other processes and, after a crash without
/// a known cause, all redeliveries. They are executed alone; a message that has killed too many processes is not
/// executed again.
package struct Suspects: Sendable {
  private let deaths: KnownDeaths
  private let decoder: CommandDecoder
  private let maximumDeaths: Int

  /// - Parameter maximumDeaths: a message that has killed this many processes becomes a dead letter.
  package init(_ known: FatalMessages, decoder: CommandDecoder, maximumDeaths: Int) {
    deaths = KnownDeaths(known)
    self.decoder = decoder
    self.maximumDeaths = maximumDeaths
  }

  private var known: FatalMessages { deaths.known.withLock { $0 } }

  /// Forgets messages that are settled: if they come again, they start from zero, as in the store.
  func forget(_ settled: [FatalMessages.BodyHash]) {
    if !settled.isEmpty { deaths.known.withLock { $0 = $0.without(settled) } }
  }

  /// Whether a message must be executed alone.
  package func contain(_ delivery: Delivery) -> Bool {
    (known.isUnexplained && delivery.isRedelivered) || deaths(of: delivery) != nil
  }

  /// Whether a parked command must be executed alone when `process` retries it.
  package func contain(_ entry: ParkedEntry, in process: ULID) -> Bool {
    (known.isUnexplained && entry.command.process != process) || deaths(of: entry.command.message) != nil
  }

  /// Whether a message may be decoded for recording: false if it has killed too many processes, the last of them during
  /// decoding.
  func mayDecode(_ delivery: Delivery) -> Bool {
    deaths(of: delivery).map { $0.count < maximumDeaths || $0.isDecodable } ?? true
  }

  /// Whether a message has killed too many processes to be executed again. A batch is then not even split.
  func isCondemned(_ delivery: Delivery) -> Bool { (deaths(of: delivery)?.count ?? 0) >= maximumDeaths }

  /// - Returns: the message to execute alone, with a verdict if it must not be executed again.
  package func read(_ delivery: Delivery, at now: Timestamp) -> Assignment {
    read(delivery.body, since: now) { known, isRead in
      isRead
        ? ReceivedMessage(delivery, decoder: decoder, begun: known)
        : ReceivedMessage(unread: delivery, begun: known)
    }
  }

  /// Reads the first command of a line in the same way.
  func read(_ entry: ParkedEntry) -> Assignment {
    read(entry.command.message.body, since: entry.command.parkedAt) { known, isRead in
      isRead
        ? ReceivedMessage(entry, decoder: decoder, begun: known)
        : ReceivedMessage(unread: entry, begun: known)
    }
  }

  private func read(
    _ body: [UInt8], since first: Timestamp, _ message: (_ known: [UInt8]?, _ isRead: Bool) -> ReceivedMessage
  ) -> Assignment {
    guard let (hash, deaths) = known.deaths(of: body) else { return Assignment([message(nil, true)]) }
    guard deaths.count >= maximumDeaths else { return Assignment([message(hash, true)]) }
    // Even decoding the message may kill the process, unless it was decoded the last time.
    return Assignment([message(hash, deaths.isDecodable).decided(.crashLoop(deaths: deaths.count, since: first))])
  }

  private func deaths(of delivery: Delivery) -> FatalMessages.Deaths? { known.deaths(of: delivery.body)?.deaths }

  private func deaths(of message: AMQPMessage) -> FatalMessages.Deaths? { known.deaths(of: message.body)?.deaths }
}

/// What is known about messages that have killed processes, without those settled since.
private final class KnownDeaths: Sendable {
  let known: Mutex<FatalMessages>

  init(_ known: FatalMessages) { self.known = Mutex(known) }
}

extension Verdict {
  fileprivate static func crashLoop(deaths: Int, since first: Timestamp) -> Verdict {
    .deadLetter(
      .crashLoop, error: "\(deaths) processes crashed while handling it",
      attempts: .init(count: deaths, first: first))
  }
}
