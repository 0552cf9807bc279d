import Configuration
import FoundationEssentials

/// Combines the sources of settings: flags win over the environment, the environment over the file, the file over the
/// defaults.
package struct ConfigurationLoader: Sendable {
  /// Where the file is looked for if no flag names it; it need not exist.
  package static let defaultPath = "config/worker.yaml"

  /// The file named by a flag; it must exist.
  package var path: String?
  /// `key=value` flags.
  package var overrides: [String] = []
  package var environment: [String: String] = ProcessInfo.processInfo.environment

  /// Finds problems in a configuration beyond what the table of settings knows.
  package let check: @Sendable (WorkerConfiguration) -> ConfigurationProblems

  package init(check: @escaping @Sendable (WorkerConfiguration) -> ConfigurationProblems) { self.check = check }

  /// A configuration, and where each of its settings comes from.
  package struct Loaded: Sendable {
    package let configuration: WorkerConfiguration
    /// In the order of the table.
    package let settings: [ReadSetting]
    /// The file that was read, if any.
    package let path: String?
  }

  package func load() async throws(ConfigurationProblems) -> WorkerConfiguration { try await loadAll().configuration }

  package func loadAll() async throws(ConfigurationProblems) -> Loaded {
    var problems = ConfigurationProblems()
    let flags = flagValues(&problems)
    let environment = environment.mapValues(SettingText.trimmed)
    var file: ConfigurationFile?
    var isFileRead = true
    do throws(ConfigurationProblems) {
      file = try await self.file()
    } catch {
      problems.add(error)
      isFileRead = false
    }
    // An empty value counts as none: it must not hide the value of a lower source.
    var providers: [any ConfigProvider] = [
      InMemoryProvider(name: "flags", values: flags.filter { $0.value.content != .string("") }),
      EnvironmentVariablesProvider(
        environmentVariables: environment.filter { !$0.value.isEmpty }, secretsSpecifier: .all),
    ]
    if let file { providers.append(file.provider) }
    var reader = SettingReader(ConfigReader(providers: providers))
    let configuration = reader.configuration(isComplete: isFileRead)
    problems.add(reader.problems)
    let keys = Set(SettingTable.all.map(\.key))
    for key in flags.keys.map({ $0.components.joined(separator: ".") }).sorted() where !keys.contains(key) {
      problems.add("there is no setting \(SettingName(key)) (--set KEY=VALUE)")
    }
    for key in file?.keys ?? [] where !keys.contains(key) {
      problems.add("there is no setting \(SettingName(key)) (\(file?.path ?? ""))")
    }
    for key in file?.empty ?? [] where !keys.contains(where: { $0 == key || $0.hasPrefix("\(key).") }) {
      problems.add("there is no setting \(SettingName(key)) (\(file?.path ?? ""))")
    }
    for key in file?.nulls ?? [] {
      problems.add("\(SettingName(key)) is null: leave it out for its default (\(file?.path ?? ""))")
    }
    for key in file?.lists ?? [] {
      problems.add("\(SettingName(key)) is a list, which no setting accepts (\(file?.path ?? ""))")
    }
    if isFileRead { problems.add(check(configuration)) }
    guard problems.isEmpty else { throw problems }
    let given = Set(flags.filter { $0.value.content != .string("") }.keys.map { $0.components.joined(separator: ".") })
    let settings = SettingTable.all.map { setting in
      let value = reader.given[setting.key]
      return ReadSetting(
        setting: setting, value: value ?? setting.defaultText,
        source: value == nil ? .fallback : source(of: setting, flags: given, environment))
    }
    return Loaded(configuration: configuration, settings: settings, path: file?.path)
  }

  private func source(
    of setting: Setting, flags: Set<String>, _ environment: [String: String]
  ) -> ReadSetting.Source {
    if flags.contains(setting.key) { return .flag }
    return environment[setting.environmentVariable]?.isEmpty == false ? .environment : .file
  }

  private func flagValues(_ problems: inout ConfigurationProblems) -> [AbsoluteConfigKey: ConfigValue] {
    var values: [AbsoluteConfigKey: ConfigValue] = [:]
    for override in overrides {
      guard let separator = override.firstIndex(of: "="), separator != override.startIndex else {
        problems.add("--set takes KEY=VALUE")
        continue
      }
      let key = AbsoluteConfigKey(override[..<separator].split(separator: ".").map(String.init))
      let value = SettingText.trimmed(String(override[override.index(after: separator)...]))
      values[key] = ConfigValue(.string(value), isSecret: true)
    }
    return values
  }

  private func file() async throws(ConfigurationProblems) -> ConfigurationFile? {
    if let path { return try await ConfigurationFile.read(path) }
    guard FileManager.default.fileExists(atPath: Self.defaultPath) else { return nil }
    return try await ConfigurationFile.read(Self.defaultPath)
  }
}
