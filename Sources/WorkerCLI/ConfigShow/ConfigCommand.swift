import ArgumentParser
import Settings

struct ConfigCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Shows the configuration.", subcommands: [Show.self, File.self])

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints the value of every setting and where it comes from. Passwords are masked.")

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      try await FailureReport.reporting {
        let report = ConfigurationReport(try await options.loader.loadAll())
        try output.print(report)
      }
    }
  }

  struct File: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints a configuration file with every setting, its default, limits and meaning.")

    func run() async throws {
      try await FailureReport.reporting { try StandardOutput.write(Array(SettingDocument.file.utf8)) }
    }
  }
}
