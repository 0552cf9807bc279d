import Foundation

/// One line of the report: the values measured in several runs and, if there are any, the values to compare them with.
struct Figure {
  /// The label for people.
  let name: String
  /// The name for programs.
  let key: String
  let unit: String
  let runs: [Double]
  /// The values to compare with, run by run: the C program's, or the worker's under other conditions. Empty if there
  /// are none.
  let yardstick: [Double]

  init(_ name: String, key: String, unit: String, runs: [Double], yardstick: [Double] = []) {
    self.name = name
    self.key = key
    self.unit = unit
    self.runs = runs
    self.yardstick = yardstick
  }

  var median: Double { Self.median(runs) }

  /// The median of the ratios of the pairs: a machine's speed drifts, but hardly within a pair.
  var ratio: Double? {
    yardstick.isEmpty ? nil : Self.median(zip(runs, yardstick).map { $0 / $1 })
  }

  var yardstickMedian: Double? { yardstick.isEmpty ? nil : Self.median(yardstick) }

  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return .nan }
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }
}

/// Reports the benchmark's progress on standard error.
func note(_ text: String) {
  FileHandle.standardError.write(Data("benchmark: \(text)\n".utf8))
}

extension Double {
  /// Without an exponent, with as many decimals as make four significant digits, but at most three.
  var readable: String {
    let digits = self == 0 ? 0 : max(0, 3 - Int(log10(abs(self)).rounded(.down)))
    return String(format: "%.\(min(digits, 3))f", self)
  }
}
