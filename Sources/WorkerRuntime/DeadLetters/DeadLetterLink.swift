package import DeliveryPipeline

/// A worker's connection to the queue of what the broker has dead-lettered.
package struct DeadLetterLink: Sendable {
  package let source: any DeliverySource
  /// Bounded.
  package let close: @Sendable () async -> Void

  package init(source: any DeliverySource, close: @escaping @Sendable () async -> Void) {
    self.source = source
    self.close = close
  }
}
