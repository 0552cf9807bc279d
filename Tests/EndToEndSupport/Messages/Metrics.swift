import Foundation

/// A worker's `/metrics`, read by Prometheus' own parser.
package struct Metrics: Sendable {
  package struct Sample: Decodable, Sendable {
    package let name: String
    package let type: String
    package let labels: [String: String]
    package let value: Double
  }

  package let samples: [Sample]
  /// The raw text.
  package let text: String

  package init(_ text: String) async throws {
    self.text = text
    let json = try await PythonTool.run("exposition", input: text)
    samples = try JSONDecoder().decode([Sample].self, from: Data(json.utf8))
  }

  /// The sum of all samples with that name and these labels; nil if there is none.
  package func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
    let found = samples.filter { sample in
      sample.name == name && labels.allSatisfy { sample.labels[$0.key] == $0.value }
    }
    return found.isEmpty ? nil : found.reduce(0) { $0 + $1.value }
  }
}

extension WorkerProcess {
  package func metrics() async throws -> Metrics { try await Metrics(try await health("metrics").body) }
}
