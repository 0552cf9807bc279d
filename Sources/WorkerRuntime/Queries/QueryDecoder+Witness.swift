import CrashWitness
import MessageContract
import Messaging

extension QueryDecoder {
  /// Decodes the query of a delivery; meanwhile the message is marked as in hand.
  func decoded(_ delivery: Delivery) throws(InvalidCommand) -> DecodedQuery {
    try InHand.with(delivery.body, .decoding) { () throws(InvalidCommand) in
      try decodePermitted(delivery.body, delivery.properties)
    }
  }
}
