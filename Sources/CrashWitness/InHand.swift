private import CCrashWitness

/// What a thread is handling: the message to blame if this process ends itself meanwhile.
package enum InHand {
  /// What is being done with a message.
  package enum Stage: Int32, Sendable {
    case decoding = 1
    case running = 2
  }

  /// Runs `work` on behalf of a message. Costs a few instructions.
  ///
  /// - Parameter body: the body of the message.
  @inline(__always)
  package static func with<Answer, Failure>(
    _ body: [UInt8], _ stage: Stage, _ work: () throws(Failure) -> Answer
  ) throws(Failure) -> Answer {
    try body.withUnsafeBufferPointer { bytes throws(Failure) in
      let before = cwitness_take(bytes.baseAddress, bytes.count, stage.rawValue)
      defer { cwitness_give_back(before) }
      return try work()
    }
  }
}
