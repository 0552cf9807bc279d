import Messaging
import Testing

@testable import WorkerRuntime

@Suite struct DirectReplyAddressTests {
  /// A process identifier as RabbitMQ 3.10 encodes it: a NEW_PID_EXT of node `rabbit@host`.
  private static let process: [UInt8] =
    [131, 88, 119, 11] + Array("rabbit@host".utf8) + [0, 0, 1, 2, 0, 0, 0, 0, 0x65, 0, 0, 1]

  private static func base64(_ bytes: [UInt8]) -> String {
    let symbols = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    return stride(from: 0, to: bytes.count, by: 3).map { start in
      let group = bytes[start...].prefix(3)
      let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      return String((0...3).map { $0 <= group.count ? symbols[bits >> (18 - 6 * $0) & 63] : "=" })
    }.joined()
  }

  private static func isUsable(_ process: [UInt8], key: String = "key==") -> Bool {
    ShortString("amq.rabbitmq.reply-to.\(base64(process)).\(key)").map(DirectReplyAddress.isUsable) ?? false
  }

  @Test(arguments: ["", "q", "amq.rabbitmq.reply-to", "amq.gen-x"])
  func `other addresses are ignored`(
    address: String
  ) { #expect(ShortString(address).map(DirectReplyAddress.isUsable) == true) }

  @Test func `the address of an Erlang process is usable, whatever the tags of its parts`() {
    #expect(Self.isUsable(Self.process))
    let name = Array("a@b".utf8)
    #expect(Self.isUsable([131, 103, 100, 0, 3] + name + [UInt8](repeating: 1, count: 9)))
    #expect(Self.isUsable([131, 103, 118, 0, 3] + name + [UInt8](repeating: 1, count: 9)))
    #expect(Self.isUsable([131, 88, 115, 3] + name + [UInt8](repeating: 1, count: 12)))
  }

  @Test func `an address that RabbitMQ could not decode is not usable`() {
    for length in Self.process.indices { #expect(!Self.isUsable(Array(Self.process.prefix(length)))) }
    #expect(!Self.isUsable(Self.process + [0]))
    #expect(!Self.isUsable(Self.process, key: ""))
    #expect(!Self.isUsable(Self.process, key: "a.b"))
    #expect(!Self.isUsable([131, 97, 1]))
    for text in ["", ".", "x", "....", "=.k", "====.k", "AB=C.k", "g2E.k", "g2EB.k", "g2EB\u{0}.k"] {
      #expect(ShortString("amq.rabbitmq.reply-to.\(text)").map(DirectReplyAddress.isUsable) == false, "\(text)")
    }
  }
}
