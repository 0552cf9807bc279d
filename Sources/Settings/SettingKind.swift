import Messaging
import WorkspaceDomain

/// The type of a setting: how its value is read and written.
struct SettingKind<Value: Sendable>: Sendable {
  /// What is wrong with a value, in words that follow the setting's key, without any part of a secret.
  struct Refusal: Error {
    let problems: [String]

    init(_ problem: String) { problems = [problem] }
    init(_ problems: [String]) { self.problems = problems }
  }

  /// The values it may have, for the documentation: `1-65535`; nil if the explanation says which.
  let limits: String?
  let read: @Sendable (String) throws(Refusal) -> Value
  /// The value as it would be written; empty if there is none.
  let write: @Sendable (Value) -> String

  init(
    limits: String? = nil, write: @escaping @Sendable (Value) -> String,
    read: @escaping @Sendable (String) throws(Refusal) -> Value
  ) {
    self.limits = limits
    self.write = write
    self.read = read
  }
}

extension SettingKind<String> {
  static var text: Self { Self(write: \.self) { $0 } }

  /// A host name or an address. Whether the name exists shows when it is used.
  static var host: Self {
    Self(write: \.self) { text throws(Refusal) in
      let isHost = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ".-_:%".contains($0)) }
      guard isHost, !text.isEmpty else { throw Refusal("is not a host name or an address") }
      return text
    }
  }

  static var rootName: Self {
    Self(limits: "1-512 characters, no control characters", write: \.self) { text throws(Refusal) in
      guard (try? WorkspaceName(text)) != nil else {
        throw Refusal("is not a workspace name: 1-512 characters, no control characters")
      }
      return text
    }
  }
}

extension SettingKind<String?> {
  static var optionalText: Self { Self(write: { $0 ?? "" }) { $0 } }

  /// An HTTP URL with a host, but without credentials or a query, which may hold some, since it is logged and shown.
  static var openURL: Self {
    Self(write: { $0 ?? "" }) { text throws(Refusal) in
      let isURL = text.hasPrefix("http://") || text.hasPrefix("https://")
      let hasGaps = text.unicodeScalars.contains { $0.properties.isWhitespace || $0.value < 0x20 || $0.value == 0x7F }
      let problems = [
        isURL ? nil : "is not an http:// or https:// URL",
        text.contains("@") ? "must not contain credentials" : nil,
        text.contains(where: { "?#".contains($0) }) ? "must not have a query or a fragment" : nil,
        hasGaps ? "must not contain white space or control characters" : nil,
        isURL && !hasGaps && !text.contains("@") ? URLAuthority.problem(of: text) : nil,
      ].compactMap(\.self)
      guard problems.isEmpty else { throw Refusal(problems) }
      return text
    }
  }
}

extension SettingKind<ShortString> {
  /// The name of an exchange or a queue: whatever fits an AMQP short string, without the prefix `amq.`, which is
  /// reserved for the broker.
  static var objectName: Self {
    Self(write: { $0.text ?? "" }) { text throws(Refusal) in
      let isAllowed = !text.hasPrefix("amq.") && text.unicodeScalars.allSatisfy { $0.value >= 0x20 }
      guard isAllowed, let name = ShortString(text) else {
        throw Refusal("is not a name for an exchange or queue: 1-255 bytes, no control characters, not amq.*")
      }
      return name
    }
  }
}

extension SettingKind<Int> {
  static func integer(_ range: ClosedRange<Int>) -> Self {
    Self(limits: "\(range.lowerBound)-\(range.upperBound)", write: { "\($0)" }) { text throws(Refusal) in
      guard let value = Int(text), range.contains(value) else {
        throw Refusal("is not a whole number from \(range.lowerBound) to \(range.upperBound)")
      }
      return value
    }
  }

  /// A size in bytes: `4096`, `256KiB` or `64MiB`.
  static func bytes(_ range: ClosedRange<Int>) -> Self {
    let limits = "\(range.lowerBound.sizeText)-\(range.upperBound.sizeText)"
    return Self(limits: limits, write: \.sizeText) { text throws(Refusal) in
      guard let value = Int(sizeSetting: text), range.contains(value) else {
        throw Refusal("is not a size from \(range.lowerBound) to \(range.upperBound) bytes, such as 256KiB or 64MiB")
      }
      return value
    }
  }
}

extension SettingKind<Double> {
  /// A number from 0 to 1.
  static var fraction: Self {
    Self(limits: "0-1", write: { "\($0)" }) { text throws(Refusal) in
      guard let value = Double(text), (0...1).contains(value) else { throw Refusal("is not a number from 0 to 1") }
      return value
    }
  }
}

extension SettingKind<Bool> {
  static var flag: Self {
    Self(write: { "\($0)" }) { text throws(Refusal) in
      switch text.lowercased() {
      case "true", "yes", "on", "1": true
      case "false", "no", "off", "0": false
      default: throw Refusal("is neither true nor false")
      }
    }
  }
}

extension SettingKind<Duration> {
  /// A duration with its unit: `500ms`, `10s`, `5m`, `1h` or `30d`.
  static func duration(_ range: ClosedRange<Duration>) -> Self {
    let (shortest, longest) = (range.lowerBound.settingText, range.upperBound.settingText)
    return Self(limits: "\(shortest)-\(longest)", write: \.settingText) { text throws(Refusal) in
      guard let value = Duration(setting: text), range.contains(value) else {
        throw Refusal("is not a duration from \(shortest) to \(longest), such as 500ms, 10s, 5m, 1h or 30d")
      }
      return value
    }
  }
}

extension SettingKind<[Duration]> {
  /// Durations with commas between them, or `none`.
  static func durations(_ count: ClosedRange<Int>, upTo longest: Duration) -> Self {
    Self(write: { $0.isEmpty ? "none" : $0.map(\.settingText).joined(separator: ", ") }) { text throws(Refusal) in
      let parts = text == "none" ? [] : text.split(separator: ",", omittingEmptySubsequences: false)
      let values = parts.compactMap { Duration(setting: $0.trimming(\.isWhitespace)) }
      guard values.count == parts.count, count.contains(values.count), values.allSatisfy({ $0 <= longest }) else {
        let number = "\(count.lowerBound) to \(count.upperBound)"
        throw Refusal("is not a list of \(number) durations up to \(longest.settingText), such as 1s, 5s, 2m")
      }
      return values
    }
  }
}

extension SettingKind where Value: RawRepresentable<String> & CaseIterable {
  static var choice: Self {
    Self(write: \.rawValue) { text throws(Refusal) in
      guard let value = Value(anyCase: text) else {
        throw Refusal("is not one of \(Value.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      return value
    }
  }
}

extension SettingKind<WorkerConfiguration.Log.Format?> {
  static var format: Self {
    Self(write: { $0?.rawValue ?? "" }) { text throws(Refusal) in
      guard let format = WorkerConfiguration.Log.Format(anyCase: text) else {
        throw Refusal("is neither json nor text")
      }
      return format
    }
  }
}

extension RawRepresentable<String> where Self: CaseIterable {
  fileprivate init?(anyCase text: String) {
    guard let value = Self.allCases.first(where: { $0.rawValue.lowercased() == text.lowercased() }) else { return nil }
    self = value
  }
}

extension Substring {
  fileprivate func trimming(_ isDropped: (Character) -> Bool) -> Substring {
    var text = drop(while: isDropped)
    while let last = text.last, isDropped(last) { text.removeLast() }
    return text
  }
}
