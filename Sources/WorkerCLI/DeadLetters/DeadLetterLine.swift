import DeliveryPipeline
import FoundationEssentials
import UnitOfWork
import WorkspaceDomain

/// A dead letter as a line of a file: everything that was recorded; bytes in Base64.
struct DeadLetterLine: Codable {
  struct Problem: Error, CustomStringConvertible {
    let description: String
  }

  let id: String
  let queue: String
  let fingerprint: Data
  /// Milliseconds since 1970.
  let recordedAt: Int64
  let reason: String
  let detail: String
  let attempts: Int
  let firstFailedAt: Int64
  let tenantID: String?
  let commandType: String?
  let commandSource: String?
  let commandID: String?
  let replayOf: String?
  let exchange: Data
  let routingKey: Data
  /// The property list of the AMQP content header frame.
  let properties: Data
  let body: Data

  init(_ letter: DeadLetter) {
    id = letter.id.description
    queue = letter.queue
    fingerprint = Data(letter.fingerprint)
    recordedAt = letter.recordedAt.milliseconds
    reason = letter.reason
    detail = letter.detail
    attempts = letter.attempts.count
    firstFailedAt = letter.attempts.first.milliseconds
    tenantID = letter.subject.tenantID?.description
    commandType = letter.subject.commandType
    commandSource = letter.subject.commandSource
    commandID = letter.subject.commandID
    replayOf = letter.replayOf?.description
    exchange = Data(letter.message.exchange.bytes)
    routingKey = Data(letter.message.routingKey.bytes)
    properties = Data(letter.message.propertyList.bytes)
    body = Data(letter.message.body)
  }

  /// - Throws: ``Problem``.
  func letter() throws(Problem) -> DeadLetter {
    guard let id = ULID(id) else { throw Problem(description: "id is no ULID") }
    guard fingerprint.count == 32 else { throw Problem(description: "fingerprint has not 32 bytes") }
    guard attempts >= 0 else { throw Problem(description: "attempts is negative") }
    guard let exchange = ShortString(bytes: [UInt8](exchange)), let routingKey = ShortString(bytes: [UInt8](routingKey)) else {
      throw Problem(description: "exchange or routingKey has more than 255 bytes")
    }
    let list = PropertyList(bytes: [UInt8](properties))
    guard (try? list.properties()) != nil else { throw Problem(description: "properties are no property list") }
    let tenant = tenantID.flatMap { TenantID($0) }
    guard tenantID == nil || tenant != nil else { throw Problem(description: "tenantID is no ULID") }
    let origin = replayOf.flatMap { ULID($0) }
    guard replayOf == nil || origin != nil else { throw Problem(description: "replayOf is no ULID") }
    return DeadLetter(
      id: id, queue: queue, fingerprint: [UInt8](fingerprint), recordedAt: Timestamp(milliseconds: recordedAt),
      reason: reason, detail: detail,
      attempts: .init(count: attempts, first: Timestamp(milliseconds: firstFailedAt)),
      subject: .init(
        tenantID: tenant, commandType: commandType, commandSource: commandSource, commandID: commandID),
      message: OutboundMessage(exchange: exchange, routingKey: routingKey, propertyList: list, body: [UInt8](body)),
      replayOf: origin)
  }
}
