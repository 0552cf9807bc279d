/// The labels of a series, ordered by name, in the text format.
struct Labels: Hashable, Sendable {
  /// `a="b",c="d"`: without braces, with everything escaped.
  let text: String

  init(_ dimensions: [(String, String)]) {
    text =
      dimensions
      .map { (MetricName.sanitized($0), $1) }
      .sorted { $0.0 < $1.0 }
      .map { "\($0.0)=\"\(Self.escaped($0.1))\"" }
      .joined(separator: ",")
  }

  /// The labels in braces, with `name="value"` as the last one if given; empty if there is no label.
  func braced(adding name: String? = nil, _ value: String = "") -> String {
    let added = name.map { "\($0)=\"\(Self.escaped(value))\"" }
    let parts = [text.isEmpty ? nil : text, added].compactMap { $0 }
    return parts.isEmpty ? "" : "{\(parts.joined(separator: ","))}"
  }

  /// Source: https://prometheus.io/docs/instrumenting/exposition_formats/#comments-help-text-and-type-information
  static func escaped(_ value: String) -> String {
    var text = ""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\\": text += "\\\\"
      case "\"": text += "\\\""
      case "\n": text += "\\n"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
