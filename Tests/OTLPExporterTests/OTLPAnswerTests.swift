import Testing

@testable import OTLPExporter

@Suite struct OTLPAnswerTests {
  @Test(arguments: [
    ("", 0), ("{}", 0), (#"{"partialSuccess":{}}"#, 0),
    (#"{"partialSuccess":{"rejectedSpans":"3","errorMessage":"x"}}"#, 3),
    (#"{"partialSuccess":{"rejectedSpans":2}}"#, 2),
  ])
  func `a receiver's answer says how many spans it has rejected`(body: String, rejected: Int) {
    #expect(OTLPAnswer(Array(body.utf8))?.rejectedSpans == rejected)
  }

  @Test(arguments: ["<!doctype html><html></html>", "ok", "[]", "\u{0}"])
  func `an HTML page is not a receiver's answer`(body: String) {
    #expect(OTLPAnswer(Array(body.utf8)) == nil)
  }

  @Test(arguments: ["http://h:4318", "http://h:4318/", "http://h:4318/v1/traces", "http://h:4318/v1/traces/"])
  func `the path of traces is in the address once`(endpoint: String) {
    #expect(OTLPExporter.url(of: endpoint) == "http://h:4318/v1/traces")
  }
}
