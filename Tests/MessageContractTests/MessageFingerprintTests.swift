import MessageContract
import Messaging
import Testing

/// What makes a delivery the same message as an earlier one, whatever a broker has rewritten in between.
@Suite struct MessageFingerprintTests {
  private func fingerprint(
    _ headers: HeaderTable?, _ change: (inout MessageProperties) -> Void = { _ in }, body: String = #"{"oops"#
  ) -> [UInt8] {
    var properties = MessageProperties()
    properties.contentType = "application/json"
    properties.headers = headers
    change(&properties)
    return MessageFingerprint.of(
      AMQPMessage(
        exchange: "workspace.commands", routingKey: "workspace.get", properties: properties, body: Array(body.utf8)))
  }

  private static func table(_ fill: (inout HeaderTable) -> Void) -> HeaderTable {
    var table = HeaderTable()
    fill(&table)
    return table
  }

  private static let counted = table { $0.append("x-delivery-count", 1 as Int64) }

  @Test func `a message without headers, or with an empty table, is the same with the broker's count in it`() {
    let first = fingerprint(nil)
    for headers in [HeaderTable(), Self.counted, Self.table { $0.append("x-acquired-count", 3 as Int64) }] {
      #expect(fingerprint(headers) == first)
    }
  }

  @Test func `headers are the same in any order, with the broker's count among them, or a sender's own`() {
    let first = fingerprint(
      Self.table {
        $0.append("zeta", "1")
        $0.append("alpha", "2")
      })
    let again = [
      Self.table {
        $0.append("alpha", "2")
        $0.append("x-delivery-count", 1 as Int64)
        $0.append("zeta", "1")
      },
      Self.table {
        $0.append("x-delivery-count", "mine")
        $0.append("zeta", "1")
        $0.append("alpha", "2")
      },
      Self.table {
        $0.append("alpha", "2")
        $0.append("zeta", "1")
        $0.append("x-acquired-count", true)
      },
    ]
    for headers in again { #expect(fingerprint(headers) == first) }
    #expect(fingerprint(Self.table { $0.append("alpha", "2") }) != first)
    #expect(
      fingerprint(
        Self.table {
          $0.append("alpha", "1")
          $0.append("zeta", "2")
        }) != first)
  }

  @Test func `of duplicate names the first counts, as for a broker that drops the others`() {
    let both = Self.table {
      $0.append("b", "x")
      $0.append("a", "1")
      $0.append("a", "2")
    }
    #expect(
      fingerprint(both)
        == fingerprint(
          Self.table {
            $0.append("a", "1")
            $0.append("b", "x")
          }))
  }

  @Test func `values count, not the kinds of integers that they are written with`() {
    // "n" as a signed byte, a short, and a long long; "t" as two and as one.
    let spellings: [[UInt8]] = [[1, 0x6E, 0x62, 5], [1, 0x6E, 0x73, 0, 5], [1, 0x6E, 0x6C, 0, 0, 0, 0, 0, 0, 0, 5]]
    #expect(Set(spellings.map { fingerprint(HeaderTable(entries: $0)) }).count == 1)
    #expect(fingerprint(HeaderTable(entries: [1, 0x74, 0x74, 2])) == fingerprint(Self.table { $0.append("t", true) }))
    let others = [
      Self.table { $0.append("n", "5") }, Self.table { $0.append("n", 6 as Int64) },
      Self.table { $0.append("n", true) },
    ]
    #expect(Set((others + [HeaderTable(entries: spellings[0])]).map { fingerprint($0) }).count == 4)
  }

  @Test func `nested tables count with all their contents`() {
    let inner = Self.table { $0.append("k", "v") }
    let nested = fingerprint(Self.table { $0.append("t", inner) })
    #expect(
      nested
        == fingerprint(
          Self.table {
            $0.append("t", inner)
            $0.append("x-delivery-count", 9 as Int64)
          }))
    #expect(nested != fingerprint(Self.table { $0.append("t", HeaderTable()) }))
    #expect(nested != fingerprint(Self.table { $0.append("k", "v") }))
  }

  @Test func `an undecodable table counts as its bytes`() {
    let broken = fingerprint(HeaderTable(entries: [1, 0x61, 0x3F]))
    #expect(broken != fingerprint(nil) && broken != fingerprint(HeaderTable(entries: [1, 0x62, 0x3F])))
  }

  @Test func `every other property, the body and the address count`() {
    let changes: [(inout MessageProperties) -> Void] = [
      { _ in }, { $0.replyTo = "me" }, { $0.correlationID = "me" }, { $0.messageID = "me" }, { $0.timestamp = 1 },
      { $0.deliveryMode = 2 }, { $0.priority = 1 }, { $0.expiration = "60000" }, { $0.userID = "me" },
      { $0.contentType = nil },
    ]
    #expect(Set(changes.map { fingerprint(nil, $0) } + [fingerprint(nil, body: "{")]).count == changes.count + 1)
    #expect(fingerprint(nil, { $0.expiration = "0060000" }) == fingerprint(nil, { $0.expiration = "60000" }))
    #expect(fingerprint(nil, { $0.deliveryMode = 1 }) == fingerprint(nil))
  }
}
