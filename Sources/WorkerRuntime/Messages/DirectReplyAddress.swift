import MessageContract
import Messaging
import StrictJSON

/// The address that RabbitMQ gives a client that asks for direct replies: `amq.rabbitmq.reply-to.`, then an Erlang
/// process id in Base64, a dot and a key (https://www.rabbitmq.com/docs/direct-reply-to).
///
/// A sender may give any text as such an address, and RabbitMQ decodes it: publishing to an address without a valid
/// process id crashes the connection with INTERNAL_ERROR, every time. So the address has to be checked first.
enum DirectReplyAddress {
  /// Whether `address` may be published to: it isn't a direct reply address, or it is one that RabbitMQ can have made.
  static func isUsable(_ address: ShortString) -> Bool {
    guard address.isDirectReplyAddress else { return true }
    let parts = address.bytes.dropFirst(ShortString.directReplyPrefix.count).split(
      separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[1].isEmpty, String(validating: parts[1], as: UTF8.self) != nil,
      let process = Base64.decode(parts[0]), !process.isEmpty
    else { return false }
    return isProcessID(process)
  }

  /// Whether a term in Erlang's external format is a process id and nothing else: version 131, tag 103 or 88 (the newer
  /// one, with a longer creation number), the node's name as an atom, then numbers.
  ///
  /// Source: https://www.erlang.org/doc/apps/erts/erl_ext_dist.html#new_pid_ext
  private static func isProcessID(_ term: [UInt8]) -> Bool {
    guard term.count > 4, term[0] == 131, term[1] == 103 || term[1] == 88 else { return false }
    let numberBytes = term[1] == 88 ? 12 : 9
    // Atoms: tags 119 and 115 have a length of one byte, 118 and 100 one of two.
    let isShort = term[2] == 119 || term[2] == 115
    guard isShort || term[2] == 118 || term[2] == 100 else { return false }
    let nameLength = isShort ? Int(term[3]) : Int(term[3]) << 8 | Int(term[4])
    let nameStart = isShort ? 4 : 5
    guard nameLength > 0, term.count == nameStart + nameLength + numberBytes else { return false }
    let name = term[nameStart..<nameStart + nameLength]
    return String(validating: name, as: UTF8.self) != nil && name.contains(UInt8(ascii: "@"))
  }
}
