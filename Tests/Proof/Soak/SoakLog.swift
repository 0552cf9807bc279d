/// What was measured during a soak.
struct SoakLog: Sendable {
  struct Fault: Sendable {
    let kind: SoakFault
    let began: ContinuousClock.Instant
  }

  var faults: [Fault] = []
  /// A sample of each worker, once a second.
  var samples: [ProcessSample] = []
  /// The total number of commands with a result so far, once a second.
  var answered: [Int] = []
}
