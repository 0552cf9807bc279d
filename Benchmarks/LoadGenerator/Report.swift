import Foundation

/// All figures, as a table and as one line of JSON.
struct Report {
  private var figures: [Figure] = []

  mutating func add(_ figures: [Figure]) { self.figures += figures }

  var table: String {
    let header = ["figure", "unit", "median", "lowest", "highest", "yardstick", "ratio"]
    let rows = [header] + figures.map(row)
    let widths = header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      zip(row, widths).enumerated().map { column, cell in
        let padding = String(repeating: " ", count: cell.1 - cell.0.count)
        return column < 2 ? cell.0 + padding : padding + cell.0
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }

  private func row(_ figure: Figure) -> [String] {
    [
      figure.name, figure.unit, figure.median.readable, (figure.runs.min() ?? .nan).readable,
      (figure.runs.max() ?? .nan).readable, figure.yardstickMedian?.readable ?? "", figure.ratio?.readable ?? "",
    ]
  }

  var json: String {
    get throws {
      let members = figures.map { figure in
        (
          figure.key,
          Line(
            unit: figure.unit, median: figure.median, runs: figure.runs, yardstick: figure.yardstick,
            ratio: figure.ratio)
        )
      }
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      return String(decoding: try encoder.encode(Dictionary(uniqueKeysWithValues: members)), as: UTF8.self)
    }
  }

  private struct Line: Encodable {
    let unit: String
    let median: Double
    let runs: [Double]
    let yardstick: [Double]
    let ratio: Double?
  }
}
