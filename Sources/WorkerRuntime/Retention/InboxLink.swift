package import UnitOfWork

/// A connection for cleaning the inbox, by the port that it is used through.
package struct InboxLink: Sendable {
  package let inbox: any InboxRetention
  /// Bounded.
  package let close: @Sendable () async -> Void

  package init(inbox: any InboxRetention, close: @escaping @Sendable () async -> Void) {
    self.inbox = inbox
    self.close = close
  }
}
