import CrashWitness
import MessageContract
import Messaging

extension QueryDecoder {
  /// The query of a delivery; the message is the one in hand meanwhile.
  func decoded(_ delivery: Delivery) throws(InvalidCommand) -> DecodedQuery {
    try InHand.with(delivery.body, .decoding) { () throws(InvalidCommand) in try decode(delivery) }
  }
}
