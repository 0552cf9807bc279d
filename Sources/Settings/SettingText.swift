/// The text of a setting, whatever its source.
enum SettingText {
  /// Without trailing line breaks: a mounted secret file often ends in one, and so does an environment variable made
  /// from such a file.
  static func trimmed(_ text: String) -> String {
    var scalars = Substring(text).unicodeScalars
    while let last = scalars.last, last == "\n" || last == "\r" { scalars.removeLast() }
    return String(scalars)
  }

  /// What is wrong with it, for any setting; reveals nothing of the value.
  static func problem(_ text: String) -> String? {
    text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\t" || $0.value == 0x7F }
      ? "contains a line break or another control character" : nil
  }

  /// What the value may be by mistake, if the setting can't accept it.
  static func hint(_ text: String, for setting: Setting) -> String? {
    guard text.hasPrefix("tcp://") else { return nil }
    return
      "Kubernetes sets \(setting.environmentVariable) like this for a service of that name: rename the service, "
      + "or set enableServiceLinks: false"
  }
}
