internal import RabbitMQClient

extension PublisherOptions {
  /// For an operator's command: a message that no queue takes is an error, and so is a broker that blocks publishers. A
  /// worker waits for that one; somebody at a terminal is told.
  static var forOneCommand: PublisherOptions {
    var options = PublisherOptions()
    options.isMandatory = true
    options.blockedTimeout = .seconds(8)
    return options
  }
}
