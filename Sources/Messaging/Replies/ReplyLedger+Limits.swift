extension ReplyLedger {
  /// How much is kept and sent at a time, and for how long.
  package struct Limits: Sendable, Equatable {
    /// Replies that may be kept, waiting or sent. Default: 16,384.
    package var count = 16_384
    /// The same in bytes of bodies and properties. Default: 32 MiB.
    package var bytes = 32 << 20
    /// Replies to one queue that may be kept. Default: 4,096.
    package var queueCount = 4096
    /// The same in bytes. Default: 8 MiB.
    package var queueBytes = 8 << 20
    /// Replies sent to one queue before it has confirmed any; the window doubles with each confirm, up to the largest.
    /// Default: 8.
    package var firstWindow = 8
    /// Default: 1,024.
    package var largestWindow = 1024
    /// How long a reply may take before it is given up. Default: 10 s.
    package var patience: Duration = .seconds(10)
    /// How long nothing is sent to a queue that did not confirm in time. Default: 60 s.
    package var suspension: Duration = .seconds(60)
    /// Queues that may be suspended at a time. Default: 1,024.
    package var suspensions = 1024
    /// How often a reply is sent at most, if connections break before its confirm. Default: 3.
    package var attempts = 3
    /// A channel is abandoned after this many replies to one queue were given up on it unconfirmed: RabbitMQ stops
    /// listening to a channel for which 32 messages wait at a quorum queue (`quorum_commands_soft_limit`). Default: 16.
    package var abandonedOfQueue = 16
    /// The same for all queues together. Default: 1,024.
    package var abandoned = 1024

    package init() {}
  }
}
