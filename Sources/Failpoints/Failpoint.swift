/// Places on the way of a message where a test can stop the process, to make a fault at exactly that point.
///
/// Debug builds only: a release build has neither the places nor the variable that chooses one.
package enum Failpoint: String, CaseIterable, Sendable {
  /// Deliveries were taken from the broker.
  case received
  /// They are decoded, and not handed on.
  case decoded
  /// The transaction has begun: its tenants are locked, all that it needs is read.
  case begun
  /// Everything that is to be written is known, and neither that nor the COMMIT is sent.
  case written
  /// The transaction has committed; nothing is acknowledged or published.
  case committed
  /// The acknowledgement was sent.
  case acknowledged
  /// The first message of a publication is about to be handed to the broker.
  case publishing
  /// All its messages were handed to the broker; their last confirm was not read.
  case published
  /// The broker has confirmed the messages; the outbox still has them.
  case confirmed
  /// The outbox has them no more.
  case removed
  /// What the broker dead-lettered is recorded; its acknowledgement was not sent.
  case moved

  /// The places on the way of every command, in order.
  package static let ofCommands: [Failpoint] = allCases.filter { $0 != .moved }

  /// Whether this build has failpoints.
  package static var areCompiledIn: Bool {
    #if FAILPOINTS
    true
    #else
    false
    #endif
  }

  /// The process has come to this place.
  @inline(__always)
  package func hit() {
    #if FAILPOINTS
    FailpointTrigger.chosen?.passed(self)
    #endif
  }
}
