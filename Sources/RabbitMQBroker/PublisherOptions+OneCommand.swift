internal import RabbitMQClient

extension PublisherOptions {
  /// For an operator's command: a message that no queue takes is an error, and so is a broker that blocks publishers. A
  /// worker waits until such a broker takes messages again; an operator at a terminal is told.
  static var forOneCommand: PublisherOptions {
    var options = PublisherOptions()
    options.isMandatory = true
    options.blockedTimeout = .seconds(8)
    return options
  }
}
