/// A port whose implementation may have a thread of its own.
package protocol ThreadBound: Sendable {
  /// The thread on which its calls run. A task that prefers this executor makes them without switching threads, which
  /// costs tens of microseconds each way. Nil, the default, if there is no such thread.
  var taskExecutor: (any TaskExecutor)? { get }
}

extension ThreadBound {
  package var taskExecutor: (any TaskExecutor)? { nil }
}
