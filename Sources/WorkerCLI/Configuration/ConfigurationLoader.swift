import Configuration
import FoundationEssentials
import WorkspaceDomain

/// Brings the sources of settings together: flags win over the environment, the environment over the file, the file
/// over the defaults.
struct ConfigurationLoader {
  /// Where the file is looked for when no flag names it; it need not be there.
  static let defaultPath = "config/worker.yaml"

  /// The file that a flag names; it must be there.
  var path: String?
  /// `key=value` flags.
  var overrides: [String] = []
  var environment: [String: String] = ProcessInfo.processInfo.environment

  /// A configuration, and where each of its settings comes from.
  struct Loaded {
    let configuration: WorkerConfiguration
    let settings: [(setting: Setting, source: Setting.Source)]
    /// The file that was read, where there was one.
    let path: String?
  }

  func load() async throws(ConfigurationProblems) -> WorkerConfiguration { try await loadAll().configuration }

  func loadAll() async throws(ConfigurationProblems) -> Loaded {
    var problems = ConfigurationProblems()
    let flags = flagValues(&problems)
    let file = try await file()
    // An empty value counts as none: it must not hide the one of a source behind it.
    var providers: [any ConfigProvider] = [
      InMemoryProvider(name: "flags", values: flags.filter { $0.value.content != .string("") }),
      EnvironmentVariablesProvider(
        environmentVariables: environment.filter { !$0.value.isEmpty }, secretsSpecifier: .all),
    ]
    if let file { providers.append(file.provider) }
    var reader = SettingReader(ConfigReader(providers: providers))
    let configuration = WorkerConfiguration(&reader)
    problems.add(reader.problems)
    for key in flags.keys.map({ $0.components.joined(separator: ".") }).sorted() where !reader.keys.contains(key) {
      problems.add("there is no setting \(key) (--set)")
    }
    for key in file?.keys ?? [] where !reader.keys.contains(key) { problems.add("there is no setting \(key) (\(file?.path ?? ""))") }
    for key in file?.lists ?? [] { problems.add("\(key) is a list, which no setting is (\(file?.path ?? ""))") }
    do throws(ConfigurationProblems) { _ = try Servers(configuration) } catch { problems.add(error) }
    guard problems.isEmpty else { throw problems }
    let given = Set(flags.filter { $0.value.content != .string("") }.keys.map { $0.components.joined(separator: ".") })
    return Loaded(
      configuration: configuration, settings: reader.settings.map { ($0, source(of: $0, flags: given)) }, path: file?.path)
  }

  private func source(of setting: Setting, flags: Set<String>) -> Setting.Source {
    guard setting.isGiven else { return .fallback }
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
      values[key] = ConfigValue(.string(String(override[override.index(after: separator)...])), isSecret: true)
    }
    return values
  }

  private func file() async throws(ConfigurationProblems) -> ConfigurationFile? {
    if let path { return try await ConfigurationFile.read(path) }
    guard FileManager.default.fileExists(atPath: Self.defaultPath) else { return nil }
    return try await ConfigurationFile.read(Self.defaultPath)
  }
}

/// Whether `text` can be the name of a root workspace.
func isWorkspaceName(_ text: String) -> Bool { (try? WorkspaceName(text)) != nil }
