/// Port: observes commands going out and results coming in.
package protocol SendingObserver {
  /// This many commands are confirmed.
  mutating func sent(_ count: Int)

  /// A command's first result has come; this many commands have one.
  ///
  /// - Parameter sequence: of the last event that the command caused, where the reply tells it.
  mutating func received(_ body: [UInt8], sequence: Int64?, _ count: Int) throws
}
