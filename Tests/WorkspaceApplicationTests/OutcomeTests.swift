import Testing
import WorkspaceApplication

@Suite struct OutcomeTests {
  @Test(
    arguments: [
      (.succeeded, "succeeded"), (.rejected(.duplicateWorkspaceName), "rejected:duplicate_workspace_name"),
      (.repeated, "repeated"),
      (.parked, "parked"), (.deadLettered(.malformedJSON), "dead_lettered:malformed_json"),
    ] as [(Outcome, String)])
  func `an outcome has one text, which begins with its kind`(outcome: Outcome, text: String) {
    #expect(outcome.text == text)
    #expect(Outcome.Kind(ofText: text) == outcome.kind)
  }

  @Test func `a text written by another version still tells its kind`() {
    #expect(Outcome.Kind(ofText: "dead_lettered:code_of_tomorrow") == .deadLettered)
    #expect(Outcome.Kind(ofText: "already_applied") == nil)
    #expect(Outcome.Kind(ofText: "") == nil)
  }
}
