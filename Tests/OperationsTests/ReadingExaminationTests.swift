import Operations
import Testing
import UnitOfWork

@Suite struct ReadingExaminationTests {
  private struct FakeServer: ExaminedReadServer {
    struct Away: Error {}

    let address = "host=db2"
    let found: DatedSnapshot.Origin?

    func origin() async throws -> DatedSnapshot.Origin {
      guard let found else { throw Away() }
      return found
    }
  }

  @Test(
    arguments: [
      (.primary, .ok, "is a primary"), (.replica(lag: .milliseconds(12)), .ok, "12 ms behind"),
      (.replica(lag: .seconds(60)), .warning, "60 s behind"),
      (.replica(lag: nil), .warning, "replayed nothing"), (nil, .problem, "can't be answered"),
    ] as [(DatedSnapshot.Origin?, Finding.Status, String)])
  func `the finding depends on whether the server is a primary or a lagging replica`(
    origin: DatedSnapshot.Origin?, status: Finding.Status, text: String
  ) async {
    let findings = await ReadingExamination(FakeServer(found: origin)).findings()
    #expect(findings.map(\.status) == [status])
    #expect(
      findings[0].check == "database.reading" && findings[0].detail.contains(text) && findings[0].detail.contains("db2")
    )
  }
}
