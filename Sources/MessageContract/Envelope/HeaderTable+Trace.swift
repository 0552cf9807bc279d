import Messaging
import WorkspaceApplication

extension HeaderTable {
  /// The trace of an instrumented client: https://www.w3.org/TR/trace-context/#traceparent-header
  var trace: TraceContext? {
    guard let parent = string("traceparent"), TraceParent.isValid(parent) else { return nil }
    let state = string("tracestate").flatMap { AttributeRules.isText($0, maximumLength: 512) ? $0 : nil }
    return TraceContext(traceparent: parent, tracestate: state)
  }
}
