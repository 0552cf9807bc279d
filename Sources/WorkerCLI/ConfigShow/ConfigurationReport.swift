import PostgresClient
import RabbitMQClient

/// What `config show` prints.
struct ConfigurationReport: Encodable {
  let settings: [Entry]

  struct Entry: Encodable {
    let key: String
    let value: String
    /// `flag`, `environment`, `file` or `default`.
    let source: String
    /// The flag, the variable or the file that it comes from.
    let from: String?
  }

  init(_ loaded: ConfigurationLoader.Loaded) {
    settings = loaded.settings.map { setting, source in
      let from: String? =
        switch source {
        case .flag: "--set \(setting.key)"
        case .environment: setting.environmentVariable
        case .file: loaded.path
        case .fallback: nil
        }
      return Entry(key: setting.key, value: Self.shown(setting), source: source.rawValue, from: from)
    }
  }

  var text: String {
    var table = TextTable(header: ["SETTING", "VALUE", "FROM"])
    for entry in settings { table.add([entry.key, entry.value.escapingControls(keepingLines: false), entry.from ?? entry.source]) }
    return table.text
  }

  /// Of a URL all but its password and what may hide one.
  private static func shown(_ setting: Setting) -> String {
    guard setting.isSecret else { return setting.value }
    switch setting.key {
    case "amqp.url": return (try? BrokerURL(setting.value)).map { "\($0)" } ?? "***"
    case "postgres.url": return PostgresConfiguration(url: setting.value).description
    default: return "***"
    }
  }
}
