import Synchronization
import UnitOfWork
import WorkspaceDomain

/// Commands that can't be parked because their tenant's line is full, in the order of their arrival. They are not
/// acknowledged: the prefetch bounds them.
final class HeldMessages: Sendable {
  private let messages = Mutex<[ReceivedMessage]>([])

  var isEmpty: Bool { messages.withLock { $0.isEmpty } }

  func hold(_ held: [ReceivedMessage]) {
    if !held.isEmpty { messages.withLock { $0 += held } }
  }

  /// Holds those of `arrived` that have one of their tenant before them.
  ///
  /// - Returns: the others.
  func passing(_ arrived: [ReceivedMessage]) -> [ReceivedMessage] {
    messages.withLock { messages in
      guard !messages.isEmpty else { return arrived }
      let tenants = Set(messages.compactMap(\.tenantID))
      let isBehind = { (message: ReceivedMessage) in message.tenantID.map(tenants.contains) ?? false }
      messages += arrived.filter(isBehind)
      return arrived.filter { !isBehind($0) }
    }
  }

  /// Hands out all of them.
  func take() -> [ReceivedMessage] {
    messages.withLock { messages in
      defer { messages = [] }
      return messages
    }
  }
}
