package import UnitOfWork

/// A connection for removing what has expired, by the port that it is used through.
package struct RetentionLink: Sendable {
  package let retention: any Retention
  /// Bounded.
  package let close: @Sendable () async -> Void

  package init(retention: any Retention, close: @escaping @Sendable () async -> Void) {
    self.retention = retention
    self.close = close
  }
}
