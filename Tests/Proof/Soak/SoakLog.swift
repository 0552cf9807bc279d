/// What was measured during a soak.
struct SoakLog: Sendable {
  struct Fault: Sendable {
    let kind: SoakFault
    let began: ContinuousClock.Instant
  }

  var faults: [Fault] = []
  /// Each second, of each worker.
  var samples: [ProcessSample] = []
  /// Commands that had a result, each second.
  var answered: [Int] = []
}
