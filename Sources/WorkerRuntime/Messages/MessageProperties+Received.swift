import Messaging
import UnitOfWork
import WorkspaceDomain

/// What the properties of a received message say.
extension MessageProperties {
  /// The replay that has sent the message again; nil if its publisher sent it.
  var replayReference: ReplayReference? {
    headers?.string(ReplayReference.header).flatMap { ReplayReference($0) }
  }

  /// The property `timestamp`, if it is a representable time.
  var time: Timestamp? {
    timestamp.flatMap { seconds in
      seconds < 1 << 37 ? Timestamp(milliseconds: Int64(seconds) * 1000) : nil
    }
  }
}
