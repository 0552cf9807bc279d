package import Messaging

/// A right that one connection at a time has, through an exclusive queue: the broker refuses the queue to every other
/// connection, and deletes it with the connection that has it. The queue keeps no message: a sender that names it as
/// its reply address would otherwise fill the broker's memory.
///
/// Source: https://www.rabbitmq.com/docs/queues#exclusive-queues
package struct ExclusiveClaim: Sendable {
  private let connection: RabbitMQConnection
  private let name: ShortString

  /// - Parameters:
  ///   - name: the name of the queue.
  ///   - connection: the holder of the right; it needs permission to configure the queue.
  package init(_ name: ShortString, on connection: RabbitMQConnection) {
    self.name = name
    self.connection = connection
  }

  /// - Returns: whether the connection now has it; false while another one has it.
  /// - Throws: ``RabbitMQError``, such as ACCESS_REFUSED; `CancellationError`.
  package func take() async throws -> Bool {
    do {
      var arguments = HeaderTable()
      arguments.append("x-max-length", Int64(0))
      try await connection.declare([.exclusiveQueue(name, arguments: arguments)])
      return true
    } catch RabbitMQError.channelClosed(code: .resourceLocked, text: _) {
      return false
    }
  }
}
