import Observability
import PostgresClient
import RabbitMQClient
import Settings

/// What `config show` prints.
struct ConfigurationReport: Report {
  let settings: [Entry]

  struct Entry: Encodable {
    let key: String
    let value: String
    /// `flag`, `environment`, `file` or `default`.
    let source: String
    /// The flag, the environment variable or the file that the value comes from; nil for a default.
    let from: String?
  }

  init(_ loaded: ConfigurationLoader.Loaded) {
    settings = loaded.settings.map { read in
      let from: String? =
        switch read.source {
        case .flag: "--set \(read.setting.key)"
        case .environment: read.setting.environmentVariable
        case .file: loaded.path
        case .fallback: nil
        }
      return Entry(key: read.setting.key, value: Self.shown(read), source: read.source.rawValue, from: from)
    }
  }

  var text: String {
    var table = TextTable(header: ["SETTING", "VALUE", "FROM"])
    for entry in settings {
      table.add([entry.key, entry.value.escapingControls(keepingLines: false), entry.from ?? entry.source])
    }
    return table.text
  }

  /// The value, without secrets: `amqp.url`, `postgres.url` and `postgres.read_url` are shown without the password and
  /// any part that may contain one, other secret settings as `***`.
  private static func shown(_ read: ReadSetting) -> String {
    guard read.setting.isSecret, !read.value.isEmpty else { return read.value }
    switch read.setting.key {
    case "amqp.url": return (try? BrokerURL(read.value)).map { "\($0)" } ?? "***"
    case "postgres.url", "postgres.read_url": return PostgresConfiguration(url: read.value).description
    default: return "***"
    }
  }
}
