import ArgumentParser
import Settings

/// Where settings come from, for every command.
struct ConfigurationOptions: ParsableArguments {
  @Option(help: "The configuration file. Default: \(ConfigurationLoader.defaultPath), if it exists.")
  var config: String?

  @Option(name: .customLong("set"), help: "A setting, overriding the environment and the file; repeatable.")
  var settings: [String] = []

  /// The options as command-line arguments.
  var arguments: [String] { (config.map { ["--config", $0] } ?? []) + settings.flatMap { ["--set", $0] } }

  func load() async throws -> WorkerConfiguration { try await loader.load() }

  var loader: ConfigurationLoader {
    var loader = ConfigurationLoader.ofProgram
    loader.path = config
    loader.overrides = settings
    return loader
  }
}

extension ConfigurationLoader {
  /// A loader that also checks what only the servers' clients can check, and that names don't collide.
  static var ofProgram: ConfigurationLoader {
    ConfigurationLoader { configuration in
      var problems = ConfigurationProblems()
      for problem in NameCollisions(configuration.amqp.names).problems { problems.add(problem) }
      do throws(ConfigurationProblems) { _ = try Servers(configuration) } catch { problems.add(error) }
      return problems
    }
  }
}
