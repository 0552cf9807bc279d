import Testing

@testable import OTLPExporter

@Suite struct OTLPAnswerTests {
  @Test(arguments: [
    ("", 0), ("{}", 0), (#"{"partialSuccess":{}}"#, 0),
    (#"{"partialSuccess":{"rejectedSpans":"3","errorMessage":"x"}}"#, 3),
    (#"{"partialSuccess":{"rejectedSpans":2}}"#, 2), (#"{"partialSuccess":{"rejectedSpans":-2}}"#, 0),
    (#"{"partialSuccess":{"rejectedSpans":"-9223372036854775808"}}"#, 0),
    (#"{"partialSuccess":{"rejectedSpans":"9223372036854775807"}}"#, .max),
  ])
  func `a receiver's answer says how many spans it has rejected`(body: String, rejected: Int) {
    #expect(OTLPAnswer(Array(body.utf8))?.rejectedSpans == rejected)
  }

  @Test(arguments: ["<!doctype html><html></html>", "ok", "[]", "\u{0}"])
  func `an HTML page is not a receiver's answer`(body: String) {
    #expect(OTLPAnswer(Array(body.utf8)) == nil)
  }

  @Test(arguments: [200, 202])
  func `spans are accepted with any status of success`(status: Int) throws {
    #expect(try OTLPAnswer(status: status, Array("{}".utf8)).rejectedSpans == 0)
  }

  @Test(arguments: [301, 302, 303, 307, 308])
  func `a redirect is a refusal that says so`(status: Int) {
    let refusal = #expect(throws: OTLPAnswer.Refused.self) { try OTLPAnswer(status: status, Array("{}".utf8)) }
    #expect(refusal?.description == "HTTP \(status): the endpoint redirects to another address, which is not followed")
  }

  @Test(arguments: [(404, "{}", "HTTP 404"), (503, "", "HTTP 503"), (200, "<html>", "not an OTLP receiver")])
  func `a refusal names the status`(status: Int, body: String, text: String) {
    let refusal = #expect(throws: OTLPAnswer.Refused.self) { try OTLPAnswer(status: status, Array(body.utf8)) }
    #expect(refusal?.description.contains(text) == true)
  }

  @Test(arguments: ["http://h:4318", "http://h:4318/", "http://h:4318/v1/traces", "http://h:4318/v1/traces/"])
  func `the path of traces is in the address once`(endpoint: String) {
    #expect(OTLPExporter.url(of: endpoint) == "http://h:4318/v1/traces")
  }
}
