import Testing

@testable import OTLPExporter

@Suite struct OTLPAnswerTests {
  @Test(arguments: [
    ("", 0), ("{}", 0), (#"{"partialSuccess":{}}"#, 0),
    (#"{"partialSuccess":{"rejectedSpans":"3","errorMessage":"x"}}"#, 3),
    (#"{"partialSuccess":{"rejectedSpans":2}}"#, 2),
  ])
  func `an answer of a receiver says how many spans it has rejected`(body: String, rejected: Int) {
    #expect(OTLPAnswer(Array(body.utf8))?.rejectedSpans == rejected)
  }

  @Test(arguments: ["<!doctype html><html></html>", "ok", "[]", "\u{0}"])
  func `a page for people is no answer of a receiver`(body: String) {
    #expect(OTLPAnswer(Array(body.utf8)) == nil)
  }

  @Test(arguments: ["http://h:4318", "http://h:4318/", "http://h:4318/v1/traces", "http://h:4318/v1/traces/"])
  func `the path of traces stands in the address once`(endpoint: String) {
    #expect(OTLPExporter.url(of: endpoint) == "http://h:4318/v1/traces")
  }
}
