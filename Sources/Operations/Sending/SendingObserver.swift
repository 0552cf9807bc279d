/// Port: observes commands going out and results coming in.
package protocol SendingObserver {
  /// The broker has confirmed this many commands so far.
  mutating func sent(_ count: Int)

  /// A command's first result has come; so far, this many commands have one.
  ///
  /// - Parameter sequence: the sequence of the last event that the command caused; nil if the reply does not carry it.
  mutating func received(_ body: [UInt8], sequence: Int64?, _ count: Int) throws
}
