/// Whether a process's usage keeps growing: compares its last minute with the first one after the warm-up, if it worked
/// for a while.
struct Endurance: Sendable {
  private static let warmUp = 120
  private static let window = 60
  /// By how much memory may differ between two minutes, in MiB, or as a share of it.
  private static let tolerance = (memory: 8.0, share: 0.15, descriptors: 2)

  let pid: Int32
  /// How long it worked, in seconds.
  let seconds: Int
  let firstMemory: Double
  let lastMemory: Double
  let firstDescriptors: Int
  let lastDescriptors: Int

  /// - Parameter samples: all samples of one process.
  /// - Returns: nil if it did not work long enough to tell.
  init?(_ samples: [ProcessSample]) {
    let working = samples.filter(\.isActive).dropFirst(Self.warmUp)
    guard let pid = working.first?.pid, working.count >= 2 * Self.window else { return nil }
    self.pid = pid
    seconds = working.count
    let (first, last) = (working.prefix(Self.window), working.suffix(Self.window))
    firstMemory = Self.median(first.map(\.memory))
    lastMemory = Self.median(last.map(\.memory))
    firstDescriptors = Self.median(first.map(\.descriptors))
    lastDescriptors = Self.median(last.map(\.descriptors))
  }

  var isFlat: Bool {
    lastMemory <= firstMemory + max(Self.tolerance.memory, firstMemory * Self.tolerance.share)
      && lastDescriptors <= firstDescriptors + Self.tolerance.descriptors
  }

  private static func median<Value: Comparable>(_ values: [Value]) -> Value { values.sorted()[values.count / 2] }
}
