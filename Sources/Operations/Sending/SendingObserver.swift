/// Port: who watches commands go out and results come in.
package protocol SendingObserver {
  /// So many commands are confirmed.
  mutating func sent(_ count: Int)

  /// A result has come, for the first time; so many commands have one.
  mutating func received(_ body: [UInt8], _ count: Int) throws
}
