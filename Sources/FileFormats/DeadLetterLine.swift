package import FoundationEssentials
import Messaging
package import UnitOfWork
import WorkspaceDomain

/// A dead letter as a line of a file: a JSON object with members in snake_case that holds everything recorded, with
/// bytes in Base64.
package struct DeadLetterLine: Codable {
  package struct Problem: Error, CustomStringConvertible {
    package let description: String
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
  /// Milliseconds since 1970.
  let answeredAt: Int64?
  let exchange: Data
  let routingKey: Data
  /// The property list of the AMQP content header frame.
  let properties: Data
  let body: Data

  private enum CodingKeys: String, CodingKey {
    case id, queue, fingerprint, reason, detail, attempts, exchange, properties, body
    case recordedAt = "recorded_at"
    case firstFailedAt = "first_failed_at"
    case tenantID = "tenant_id"
    case commandType = "command_type"
    case commandSource = "command_source"
    case commandID = "command_id"
    case replayOf = "replay_of"
    case answeredAt = "answered_at"
    case routingKey = "routing_key"
  }

  /// The names of members in files of earlier versions.
  private static let earlierNames: [String: CodingKeys] = [
    "recordedAt": .recordedAt, "firstFailedAt": .firstFailedAt, "tenantID": .tenantID, "commandType": .commandType,
    "commandSource": .commandSource, "commandID": .commandID, "replayOf": .replayOf, "answeredAt": .answeredAt,
    "routingKey": .routingKey,
  ]

  /// - Parameter json: a line written by this version or an earlier one. Unknown members are ignored.
  /// - Throws: `DecodingError` if the line isn't a letter.
  package init(json: Data) throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .custom { path in
      let key = path[path.count - 1]
      return Self.earlierNames[key.stringValue] ?? key
    }
    self = try decoder.decode(Self.self, from: json)
  }

  package init(_ letter: DeadLetter) {
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
    answeredAt = letter.answeredAt?.milliseconds
    exchange = Data(letter.message.exchange.bytes)
    routingKey = Data(letter.message.routingKey.bytes)
    properties = Data(letter.message.propertyList.bytes)
    body = Data(letter.message.body)
  }

  /// The letter, checked so that the ledger can store every part of it.
  package func letter() throws(Problem) -> DeadLetter {
    guard let id = ULID(id) else { throw Problem(description: "id is not a ULID") }
    guard fingerprint.count == 32 else { throw Problem(description: "fingerprint is not 32 bytes long") }
    guard (0...Int(Int32.max)).contains(attempts) else {
      throw Problem(description: "attempts is negative, or more than \(Int32.max)")
    }
    guard [recordedAt, firstFailedAt, answeredAt ?? 0].allSatisfy(Timestamp.expressible.contains) else {
      throw Problem(
        description: "recorded_at, first_failed_at or answered_at is not a time from 1970 to 9999, in milliseconds")
    }
    // PostgreSQL's text can't hold U+0000.
    let texts = [queue, reason, detail, commandType, commandSource, commandID]
    guard !texts.contains(where: { $0?.utf8.contains(0) ?? false }) else {
      throw Problem(description: "a string contains the character U+0000")
    }
    guard let exchange = ShortString(bytes: [UInt8](exchange)), let routingKey = ShortString(bytes: [UInt8](routingKey))
    else {
      throw Problem(description: "exchange or routing_key has more than 255 bytes")
    }
    let list = PropertyList(bytes: [UInt8](properties))
    guard (try? list.properties()) != nil else { throw Problem(description: "properties are not a property list") }
    let tenant = tenantID.flatMap { TenantID($0) }
    guard tenantID == nil || tenant != nil else { throw Problem(description: "tenant_id is not a ULID") }
    let origin = replayOf.flatMap { ULID($0) }
    guard replayOf == nil || origin != nil else { throw Problem(description: "replay_of is not a ULID") }
    return DeadLetter(
      id: id, queue: queue, fingerprint: [UInt8](fingerprint), recordedAt: Timestamp(milliseconds: recordedAt),
      reason: reason, detail: detail,
      attempts: .init(count: attempts, first: Timestamp(milliseconds: firstFailedAt)),
      subject: .init(
        tenantID: tenant, commandType: commandType, commandSource: commandSource, commandID: commandID),
      message: AMQPMessage(exchange: exchange, routingKey: routingKey, propertyList: list, body: [UInt8](body)),
      replayOf: origin, answeredAt: answeredAt.map(Timestamp.init(milliseconds:)))
  }
}
