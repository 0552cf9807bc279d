/// A port whose implementation may have a thread of its own.
package protocol ThreadBound: Sendable {
  /// The thread on which its calls are made. A task that prefers it makes them without switching threads, which costs
  /// tens of microseconds each way. Nil, the default: there is none.
  var taskExecutor: (any TaskExecutor)? { get }
}

extension ThreadBound {
  package var taskExecutor: (any TaskExecutor)? { nil }
}
