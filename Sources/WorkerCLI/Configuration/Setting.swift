/// A setting as it was read.
struct Setting: Sendable {
  /// The source that it comes from, the one that wins.
  enum Source: String, Sendable {
    case flag, environment, file
    case fallback = "default"
  }

  let key: String
  /// As it is written, or what holds where nothing is.
  let value: String
  let isGiven: Bool
  let isSecret: Bool

  /// The environment variable that it can be set by.
  var environmentVariable: String {
    String(key.uppercased().map { $0 == "." ? "_" : $0 })
  }
}
