import Glibc
import MessageContract
import Messaging
import TestFixtures
import Testing
import WorkspaceApplication

/// Hostile bytes: always an answer, never a crash.
@Suite struct CommandMutationTests {
  private static let seeds: [[UInt8]] = [
    SampleCommand("workspace.create_root", data: #"{"name":"R\u00e9","workspace_id":"01ARZ3NDEKTSV4RRFFQ69G5FAW"}"#)
      .bytes,
    SampleCommand(
      "workspace.create",
      data: #"{"name":"n","parent_workspace_id":"01ARZ3NDEKTSV4RRFFQ69G5FAX","x":[1,-2.5e3,null,true,{"y":"😀"}]}"#
    )
    .with("userid", "\"alice\"").with("traceparent", "\"\(SampleCommand.traceparent)\"").with("tracestate", "\"a=1\"")
    .bytes,
    SampleCommand("workspace.list", data: #"{"limit":17,"after":"01ARZ3NDEKTSV4RRFFQ69G5FAW"}"#).with(
      "time", "\"2026-11-23T08:00:00.000Z\""
    ).bytes,
  ]

  /// Bytes with a special meaning somewhere.
  private static let pieces: [[UInt8]] =
    [
      "\"", "\\", "{", "}", "[", "]", ",", ":", "0", "-", "e", ".", "\\u", "\\ud83d", "\0", " ", "1.0", "null",
      "\"id\":", "é",
    ]
    .map { Array($0.utf8) } + [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x9F], [0xEF, 0xBB, 0xBF]]

  private static func mutated(using random: inout SeededRandom) -> [UInt8] {
    var bytes = seeds.randomElement(using: &random) ?? []
    for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      let end = min(bytes.count, place + Int.random(in: 1...8, using: &random))
      switch Int.random(in: 0..<6, using: &random) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
      case 2: bytes.removeSubrange(place..<end)
      case 3: bytes.insert(contentsOf: pieces.randomElement(using: &random) ?? [], at: place)
      case 4: bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &random))
      default: bytes.removeSubrange(place...)
      }
    }
    return bytes
  }

  /// A longer run: `COMMAND_MUTATIONS=1000000 swift test --filter CommandMutationTests`, which also begins elsewhere.
  private static let count = getenv("COMMAND_MUTATIONS").flatMap { Int(String(cString: $0)) } ?? 20_000

  @Test func `mutated commands each have one answer, and accepted ones are what they say`() {
    var random = SeededRandom(seed: Self.count == 20_000 ? 10 : UInt64(Self.count))
    let decoder = CommandDecoder()
    var accepted = 0
    var refused: [DeadLetterReason: Int] = [:]
    for _ in 0..<Self.count {
      let bytes = Self.mutated(using: &random)
      do throws(InvalidCommand) {
        let command = try decoder.decode(bytes, contentType: nil)
        accepted += 1
        expectValid(command)
        let again = try decoder.decode(bytes + [0x20], contentType: nil)
        #expect(again == command)
      } catch {
        refused[error.reason, default: 0] += 1
        expectValid(error.envelope)
        #expect(!error.detail.isEmpty)
      }
    }
    #expect(accepted > 500)
    #expect(Set(refused.keys) == [.malformedJSON, .invalidEnvelope, .unknownCommandType, .invalidData])
  }

  private func expectValid(_ command: DecodedCommand) {
    expectValid(PartialEnvelope(command))
    #expect(command.fingerprint.withUser.count == 32)
    if let list = command.command as? ListWorkspaces { #expect((1...500).contains(list.limit)) }
  }

  /// Whatever passes here is stored, logged and written into results.
  private func expectValid(_ envelope: PartialEnvelope) {
    for (text, limit) in [
      (envelope.id, 128), (envelope.source, 256), (envelope.type, 255), (envelope.userID, 255),
      (envelope.trace?.traceparent, 512), (envelope.trace?.tracestate, 512),
    ] {
      guard let text else { continue }
      #expect((1...limit).contains(text.unicodeScalars.count))
      #expect(text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
    }
  }

  @Test func `random bytes are refused`() {
    var random = SeededRandom(seed: 11)
    for _ in 0..<2000 {
      let bytes = (0..<Int.random(in: 0...64, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      #expect(throws: InvalidCommand.self) { try CommandDecoder().decode(bytes, contentType: nil) }
    }
  }
}
