/// How a soak is run.
package struct SoakSettings: Sendable {
  /// How long commands are sent. Default: 20 minutes.
  package var duration: Duration = .seconds(20 * 60)
  /// Commands a second, repetitions not counted. Default: 2000.
  package var rate = 2000
  package var tenants = 200
  /// Determines the commands, their repetitions, and the faults with their times. Default: 1.
  package var seed: UInt64 = 1
  /// The time from one fault to the next, in seconds.
  package var faultInterval = 20...40
  /// Chosen from at random. Default: all.
  package var faults = SoakFault.allCases

  package init() {}
}
