/// Points in the processing of a message where a test can stop the process, to inject a fault exactly there.
///
/// Debug builds only: a release build has neither the points nor the variable that chooses one.
package enum Failpoint: String, CaseIterable, Sendable {
  /// Deliveries were taken from the broker.
  case received
  /// Deliveries are decoded, but not yet handed on.
  case decoded
  /// The transaction has begun: its tenants are locked, and everything that it needs has been read.
  case begun
  /// All writes are known, but neither they nor the COMMIT have been sent.
  case written
  /// The transaction has committed; nothing has been acknowledged or published.
  case committed
  /// The acknowledgement was sent.
  case acknowledged
  /// The first message of a publication is about to be handed to the broker.
  case publishing
  /// All messages of a publication were handed to the broker; the last confirm has not been read.
  case published
  /// The broker has confirmed the messages; the outbox still has them.
  case confirmed
  /// The confirmed messages have been removed from the outbox.
  case removed
  /// Messages that the broker dead-lettered are recorded; their acknowledgement has not been sent.
  case moved

  /// The points that every command passes, in order.
  package static let ofCommands: [Failpoint] = allCases.filter { $0 != .moved }

  /// Whether this build has failpoints.
  package static var areCompiledIn: Bool {
    #if FAILPOINTS
    true
    #else
    false
    #endif
  }

  /// Reports that the process has reached this point.
  @inline(__always)
  package func hit() {
    #if FAILPOINTS
    FailpointTrigger.chosen?.passed(self)
    #endif
  }
}
