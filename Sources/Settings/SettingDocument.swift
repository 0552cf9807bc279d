/// The table of settings as text, for the file that comes with the program and for the README.
package enum SettingDocument {
  private static let width = 118
  private static let introduction = """
    # Every setting of workspace-worker, with its default. `workspace-worker config file` prints this file.
    #
    # A setting comes from the first source that has it: --set KEY=VALUE on the command line, the environment variable
    # (amqp.url is AMQP_URL, worker.batch_count is WORKER_BATCH_COUNT, and so on), this file, the default. An empty value
    # counts as unset. A wrong key or value stops the start with exit code 78, and every problem is named at once.
    #
    # The file is read from --config FILE, else from config/worker.yaml in the current directory if it exists.
    # Durations: 500ms, 10s, 5m, 1h, 30d. Sizes: 4096, 256KiB, 64MiB.

    """

  /// `config/worker.yaml`: each section and each setting below its explanation.
  package static var file: String {
    var lines = [introduction]
    for section in SettingTable.sections {
      let path = section.name.split(separator: ".")
      let indentation = String(repeating: "  ", count: path.count - 1)
      if path.count == 1, lines.count > 1 { lines.append("") }
      lines += comment(section.explanation ?? "", indentation)
      lines.append("\(indentation)\(path[path.count - 1]):")
      for setting in section.settings { lines += entry(setting, indentation + "  ") }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func entry(_ setting: Setting, _ indentation: String) -> [String] {
    let limits = setting.limits.map { " \($0)." } ?? ""
    let value = setting.defaultText.isEmpty ? "\"\"" : setting.defaultText
    return comment(setting.explanation + limits, indentation) + ["\(indentation)\(setting.name): \(value)"]
  }

  /// Wrapped into lines; none if there is no text.
  private static func comment(_ text: String, _ indentation: String) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] += " \(word)"
      } else {
        lines.append("\(indentation)# \(word)")
      }
    }
    return lines
  }

  /// The README's table: a row for each section, its settings and their defaults in the same order.
  package static var table: String {
    let rows = SettingTable.sections.map { section in
      let names = section.settings.enumerated().map { $0 == 0 ? "`\($1.key)`" : "`.\($1.name)`" }
      let defaults = section.settings.map { setting in
        setting.defaultText.isEmpty ? setting.whenAbsent ?? "none" : setting.defaultText
      }
      return "| \(names.joined(separator: ", ")) | \(defaults.joined(separator: "; ")) |"
    }
    return (["| Setting | Default |", "|---|---|"] + rows).joined(separator: "\n")
  }
}

extension Setting {
  /// The last part of its key.
  fileprivate var name: String { key.split(separator: ".").last.map(String.init) ?? key }
}
