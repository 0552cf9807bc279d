import FileFormats
import Foundation
import Messaging
import Testing
import UnitOfWork
import WorkspaceDomain

/// A letter can be read back from its line, even from those of earlier versions; a line that the ledger could not store
/// is refused, with the reason.
struct DeadLetterLineTests {
  private static let id = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
  private static let moment: Int64 = 1_795_420_800_000

  /// As `export` writes it.
  private static var line: [String: Any] {
    [
      "id": id, "queue": "//workspace.commands", "fingerprint": Data(repeating: 1, count: 32).base64EncodedString(),
      "recorded_at": moment, "reason": "invalid_data", "detail": "d", "attempts": 1, "first_failed_at": moment - 1,
      "tenant_id": id, "command_type": "workspace.get", "command_source": "/s", "command_id": "c", "replay_of": id,
      "answered_at": moment + 1, "exchange": "ZQ==", "routing_key": "aw==",
      "properties": Data([0, 0]).base64EncodedString(), "body": Data("{}".utf8).base64EncodedString(),
    ]
  }

  /// What earlier versions called the members.
  private static let earlierNames = [
    "recorded_at": "recordedAt", "first_failed_at": "firstFailedAt", "tenant_id": "tenantID",
    "command_type": "commandType",
    "command_source": "commandSource", "command_id": "commandID", "replay_of": "replayOf", "answered_at": "answeredAt",
    "routing_key": "routingKey",
  ]

  private static func earlier(_ line: [String: Any]) -> [String: Any] {
    Dictionary(uniqueKeysWithValues: line.map { (earlierNames[$0.key] ?? $0.key, $0.value) })
  }

  private func letter(_ line: [String: Any]) throws -> DeadLetter {
    try DeadLetterLine(json: try JSONSerialization.data(withJSONObject: line)).letter()
  }

  private func problem(_ changes: [String: Any]) throws -> String? {
    do {
      _ = try letter(Self.line.merging(changes) { _, new in new })
      return nil
    } catch let problem as DeadLetterLine.Problem {
      return problem.description
    }
  }

  @Test func `an exported line is the letter, and the letter is that line`() throws {
    let letter = try letter(Self.line)
    #expect(letter.id.description == Self.id && letter.replayOf == letter.id)
    #expect(letter.subject.tenantID?.description == Self.id && letter.subject.commandType == "workspace.get")
    #expect(letter.subject.commandSource == "/s" && letter.subject.commandID == "c")
    #expect(letter.recordedAt.milliseconds == Self.moment && letter.answeredAt?.milliseconds == Self.moment + 1)
    #expect(letter.attempts.count == 1 && letter.attempts.first.milliseconds == Self.moment - 1)
    #expect(
      letter.message.exchange == "e" && letter.message.routingKey == "k" && letter.message.body == Array("{}".utf8))
    let written =
      try JSONSerialization.jsonObject(with: try JSONEncoder().encode(DeadLetterLine(letter))) as? NSDictionary
    #expect(written == Self.line as NSDictionary)
  }

  @Test func `a line of an earlier version, with camelCase members, is the same letter`() throws {
    let earlier = Self.earlier(Self.line)
    #expect(Set(earlier.keys).intersection(Self.line.keys).count == Self.line.count - Self.earlierNames.count)
    #expect(try letter(earlier) == letter(Self.line))
  }

  @Test func `unreadable parts of a letter are left out in both`() throws {
    let optional = ["tenant_id", "command_type", "command_source", "command_id", "replay_of", "answered_at"]
    let line = Self.line.filter { !optional.contains($0.key) }
    let letter = try letter(line)
    #expect(try letter == self.letter(Self.earlier(line)))
    #expect(
      letter.subject.tenantID == nil && letter.subject.commandID == nil && letter.replayOf == nil
        && letter.answeredAt == nil)
    let written =
      try JSONSerialization.jsonObject(with: try JSONEncoder().encode(DeadLetterLine(letter))) as? NSDictionary
    #expect(written == line as NSDictionary)
  }

  @Test(arguments: [-1, 253_402_300_800_000, Int64.max, Int64.min])
  func `a time that a timestamp can't hold is named`(_ moment: Int64) throws {
    for name in ["recorded_at", "first_failed_at", "answered_at"] {
      #expect(
        try problem([name: moment])
          == "recorded_at, first_failed_at or answered_at is not a time from 1970 to 9999, in milliseconds")
    }
  }

  @Test(arguments: ["queue", "reason", "detail", "command_type", "command_source", "command_id"])
  func `a text with U+0000 is named`(_ name: String) throws {
    #expect(try problem([name: "a\0b"]) == "a string contains the character U+0000")
  }

  @Test(arguments: [-1, Int(Int32.max) + 1]) func `a number of attempts out of range is named`(_ count: Int) throws {
    #expect(try problem(["attempts": count]) == "attempts is negative, or more than 2147483647")
  }

  @Test(arguments: [
    (["tenant_id": "x"], "tenant_id is not a ULID"), (["replay_of": "x"], "replay_of is not a ULID"),
    (
      ["routing_key": Data(repeating: 1, count: 256).base64EncodedString()],
      "exchange or routing_key has more than 255 bytes"
    ),
  ]) func `a member is named as export writes it`(_ change: [String: String], _ words: String) throws {
    #expect(try problem(change) == words)
  }
}
