import ArgumentParser
import Settings

/// The broker's consumer_timeout, as a duration on the command line.
struct ConsumerTimeout: ExpressibleByArgument {
  /// RabbitMQ's default since 3.8.17: https://www.rabbitmq.com/docs/consumers#acknowledgement-timeout
  static let standard = ConsumerTimeout(duration: .seconds(1800))

  let duration: Duration

  private init(duration: Duration) { self.duration = duration }

  init?(argument: String) {
    guard let duration = Duration(setting: argument), duration > .zero else { return nil }
    self.init(duration: duration)
  }

  var defaultValueDescription: String { duration.settingText }
}
