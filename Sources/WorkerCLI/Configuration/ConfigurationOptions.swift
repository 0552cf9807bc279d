import ArgumentParser

/// Where settings come from, for every command.
struct ConfigurationOptions: ParsableArguments {
  @Option(help: "The configuration file. Default: \(ConfigurationLoader.defaultPath), where it exists.")
  var config: String?

  @Option(name: .customLong("set"), help: "A setting, which wins over the environment and the file; repeatable.")
  var settings: [String] = []

  func load() async throws -> WorkerConfiguration { try await loader.load() }

  var loader: ConfigurationLoader {
    var loader = ConfigurationLoader()
    loader.path = config
    loader.overrides = settings
    return loader
  }
}
