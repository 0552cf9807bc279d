import MessageContract
import Messaging
import TestFixtures
import Testing
import WorkspaceApplication
import WorkspaceDomain

@Suite struct CommandTraceTests {
  private let key = CommandKey(tenantID: .sample(1), source: "/s", id: "1")

  @Test func `a command without a trace gets one of its own, the same at each attempt`() throws {
    let body = SampleCommand().bytes
    let first = try CommandDecoder(traceRatio: 0).decode(body, contentType: nil)
    let second = try CommandDecoder(traceRatio: 0).decode(body, contentType: nil)
    let trace = try #require(first.context.trace)
    #expect(trace == second.context.trace)
    let parent = try #require(TraceParent(trace.traceparent))
    #expect(!parent.isSampled && trace.tracestate == nil)
    #expect(parent.spanID == CommandTrace(of: first.context.key).spanID())
  }

  @Test func `the trace is the envelope's, else the header's, else a new one`() throws {
    let inEnvelope = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    let inHeader = "00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    var headers = HeaderTable()
    headers.append("traceparent", inHeader)
    headers.append("tracestate", "a=1")
    let inBytes = HeaderTable(entries: headers.entries.map { $0 == UInt8(ascii: "S") ? UInt8(ascii: "x") : $0 })
    let with = SampleCommand().with("traceparent", "\"\(inEnvelope)\"").bytes
    let without = SampleCommand().bytes
    #expect(
      try CommandDecoder(traceRatio: 0).decode(with, contentType: nil, headers: headers).context.trace?.traceparent
        == inEnvelope)
    let taken = try CommandDecoder(traceRatio: 0).decode(without, contentType: nil, headers: headers).context.trace
    #expect(taken == TraceContext(traceparent: inHeader, tracestate: "a=1"))
    #expect(try CommandDecoder().decode(without, contentType: nil, headers: inBytes).context.trace == taken)
    var broken = HeaderTable()
    broken.append("traceparent", "00-zz")
    let new = try CommandDecoder(traceRatio: 0).decode(without, contentType: nil, headers: broken).context.trace
    #expect(
      new
        == CommandTrace(of: try CommandDecoder(traceRatio: 0).decode(without, contentType: nil).context.key).context(
          sampling: 0))
  }

  @Test(arguments: ["{", "", "[]", "{}", #"{"data":{},"data":{}}"#])
  func `a message that can't be read continues the header's trace`(text: String) throws {
    var headers = HeaderTable()
    headers.append("traceparent", SampleCommand.traceparent)
    do throws(InvalidCommand) {
      _ = try CommandDecoder(traceRatio: 0).decode(Array(text.utf8), contentType: nil, headers: headers)
      Issue.record("accepted")
    } catch {
      #expect(error.envelope.trace?.traceparent == SampleCommand.traceparent)
    }
  }

  @Test func `attempts have different spans, and ambiguous concatenations of keys different traces`() {
    let trace = CommandTrace(of: key)
    #expect(Set([trace.spanID(), trace.spanID(attempt: "attempt 2"), trace.spanID(attempt: "attempt 3")]).count == 3)
    #expect(
      CommandTrace(of: CommandKey(tenantID: .sample(1), source: "/s1", id: "")).spanID()
        != CommandTrace(of: key).spanID())
    #expect(
      CommandTrace(of: CommandKey(tenantID: .sample(2), source: "/s", id: "1")).spanID()
        != CommandTrace(of: key).spanID())
  }

  @Test func `a ratio of all traces is sampled`() {
    let counts = [0.0, 0.25, 1.0].map { ratio in
      (0..<2000).count { number in
        let context = CommandTrace(of: CommandKey(tenantID: .sample(1), source: "/s", id: "\(number)")).context(
          sampling: ratio)
        return TraceParent(context.traceparent)?.isSampled == true
      }
    }
    #expect(counts[0] == 0 && counts[2] == 2000)
    #expect((400...600).contains(counts[1]))
  }
}
