/// The text of a setting, whatever it was written in.
enum SettingText {
  /// Without the line breaks at its end: a file that a secret is mounted from often ends in one, and an environment
  /// variable that is made of such a file.
  static func trimmed(_ text: String) -> String {
    var scalars = Substring(text).unicodeScalars
    while let last = scalars.last, last == "\n" || last == "\r" { scalars.removeLast() }
    return String(scalars)
  }

  /// What is wrong with it, whichever setting it is of; says nothing of the value.
  static func problem(_ text: String) -> String? {
    text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\t" || $0.value == 0x7F } ? "holds a line break or another control character" : nil
  }

  /// What the value may be by mistake, where it can't be what the setting takes.
  static func hint(_ text: String, for setting: Setting) -> String? {
    guard text.hasPrefix("tcp://") else { return nil }
    return "Kubernetes sets \(setting.environmentVariable) so for a service of that name: give the service another name, "
      + "or set enableServiceLinks: false"
  }
}
